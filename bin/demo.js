#!/usr/bin/env node
import { demo } from '../dist/src/demo/demo.js';

await demo();
