import process from 'node:process';
import { requireBuilt } from '../tasks/build.mjs';

/** Before all HTTP tests. They test the build: with an old one they would fail for the wrong reason. */
export default function setup() {
	requireBuilt(process.env.RUNTIME === 'deno' ? 'deno' : 'node');
}
