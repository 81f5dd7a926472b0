/** Starts a program with a child, writes their process group, and ends as told when its input ends. */
import { once } from 'node:events';
import process from 'node:process';
import { startTied } from '../../tasks/children.mjs';

const [, , end] = process.argv;
const isLauncher = end === 'left-behind';
const script = `sleep 600 & echo started; ${isLauncher ? 'exit' : 'wait'}`;
const child = startTied(['/bin/sh', '-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
await (isLauncher ? once(child, 'exit') : once(child.stdout, 'data'));
console.log(child.pid);

process.stdin.resume();
await once(process.stdin, 'end');
if (end === 'exit') process.exit(0);
if (end === 'throw') throw new Error('as told');
process.kill(process.pid, end);
