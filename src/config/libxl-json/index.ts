export { configFromLibxl } from './read.js';
export {
  bareLibxlConfig,
  libxlConfig,
  libxlConfigWithOwn,
  startedLibxlConfig,
} from './write.js';
