import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { membersOf, untilGroupEnds } from '../../harness/process-group';

const parent = fileURLToPath(new URL('./parent.mjs', import.meta.url));

test.each(['exit', 'throw', 'SIGINT', 'SIGTERM', 'SIGKILL'])(
	'a program and its children end with the process that started them: %s',
	{ timeout: 120_000 },
	async (end) => {
		const run = spawn(process.execPath, [parent, end], { stdio: ['pipe', 'pipe', 'ignore'] });
		const ended = once(run, 'exit');
		const [line] = (await once(createInterface(run.stdout), 'line')) as [string];
		const group = Number(line);
		expect(membersOf(group).length).toBeGreaterThanOrEqual(2);
		run.stdin.end();
		await ended;
		await untilGroupEnds(group);
	}
);

test('a child that its launcher left behind also ends', { timeout: 120_000 }, async () => {
	const run = spawn(process.execPath, [parent, 'left-behind'], { stdio: ['pipe', 'pipe', 'ignore'] });
	const [line] = (await once(createInterface(run.stdout), 'line')) as [string];
	expect(membersOf(Number(line))).toHaveLength(1);
	run.kill('SIGKILL');
	await untilGroupEnds(Number(line));
});
