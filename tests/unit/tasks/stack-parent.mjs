/** Starts two programs, the second one after the first one responds. The address is that of the test. */
import process from 'node:process';
import { Stack } from '../../tasks/stack.mjs';

const [, , address = ''] = process.argv;
/** Runs until SIGTERM, and ends when the test has responded to it. */
const first = `
	process.on('SIGTERM', () => fetch('${address}/first-ends').finally(() => process.exit()));
	setInterval(() => {}, 60_000);
	fetch('${address}/first-started');
`;

const stack = new Stack('the test');
console.log(stack.launch('first', [process.execPath, '-e', first], { stdio: 'ignore' }).pid);
await stack.waitFor('first', `${address}/first`);
stack.launch('second', ['sleep', '600'], { stdio: 'ignore' });
console.log('second');
