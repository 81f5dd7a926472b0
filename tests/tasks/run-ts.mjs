/** `node tests/tasks/run-ts.mjs file.ts`: runs a TypeScript module, on a Node that strips no types by itself. */
import { resolve } from 'node:path';
import process from 'node:process';
import { runnerImport } from 'vite';

await runnerImport(resolve(process.argv[2]), { configFile: false, logLevel: 'warn' });
