/** Takes the measurement BENCH_NAME of the build for RUNTIME, and writes its figures as JSON to the file BENCH_RESULT. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { runtime } from '../harness/runtime.ts';
import { meetsTarget } from './figure.ts';
import { measurements } from './measurements.ts';

const { BENCH_NAME: name = '', BENCH_RESULT: file } = process.env;
const measure = await measurements[name]?.();
if (!measure || !file) throw new Error(`There is no measurement "${name}": ${Object.keys(measurements).join(', ')}.`);
const figures = await measure(runtime);
writeFileSync(file, JSON.stringify(figures.map((figure) => ({ ...figure, isMet: meetsTarget(figure) }))));
process.exit(0);
