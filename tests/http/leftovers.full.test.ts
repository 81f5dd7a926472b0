import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { untilGroupEnds } from '../harness/process-group.ts';
import { programCommand, root } from '../tasks/runtime.mjs';

test(
	'a portal whose test file fails in its set-up is stopped at the end of the run',
	{ timeout: 120_000 },
	async () => {
		const folder = await mkdtemp(join(tmpdir(), 'leftovers-'));
		onTestFinished(() => rm(folder, { recursive: true }));
		const started = join(folder, 'started');
		const config = join(root, 'tests/http/leftovers/vitest.config.ts');
		const [program = '', ...args] = programCommand('vitest', ['run', '--config', config]);

		const run = spawn(program, args, { cwd: root, env: { ...process.env, STARTED: started } });
		const [output, [code]] = await Promise.all([text(run.stdout), once(run, 'exit'), text(run.stderr)]);
		expect(output).toContain('1 failed');
		expect(code).toBe(1);
		const group = Number((await readFile(started, 'utf8')).split('\n')[0]);
		expect(group).toBeGreaterThan(1);
		await untilGroupEnds(group);
	}
);
