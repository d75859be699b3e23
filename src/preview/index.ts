export { type Previewing, preview } from './preview.js';
