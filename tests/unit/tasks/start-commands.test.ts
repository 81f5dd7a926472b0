import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { NODE_V8_FLAGS, root, START_ENVIRONMENT } from '../../tasks/runtime.mjs';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const Commands = v.record(v.string(), v.string());
const { tasks } = v.parse(v.object({ tasks: Commands }), JSON.parse(read('deno.json')));
const { scripts } = v.parse(v.object({ scripts: Commands }), JSON.parse(read('package.json')));

// The environment is inherited by what a task starts.
test.each(Object.entries(tasks))('the task %s disables the update check of Deno', (_name, command) => {
	expect(command).toMatch(/^DENO_NO_UPDATE_CHECK=1 /);
});

test('the commands in the documentation, and the image, disable the update check of Deno', () => {
	const documents = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
	const lines = [...documents.map((file) => `docs/${file}`), 'README.md']
		.flatMap((file) => read(file).split('\n'))
		.filter((line) => line.includes('deno run'));
	expect(lines.length).toBeGreaterThan(0);
	expect(lines.filter((line) => !line.includes('DENO_NO_UPDATE_CHECK=1 deno run'))).toEqual([]);
	expect(read('Dockerfile')).toContain('ENV DENO_NO_UPDATE_CHECK=1');
});

/** The V8 flags of a runtime in the table of the documentation. */
function documentedFlags(runtime: 'Node' | 'Deno') {
	const [row = ''] = new RegExp(`^\\| ${runtime} +\\| \`--.*$`, 'm').exec(read('docs/performance.md')) ?? [];
	return row.match(/--[\w-]+(?:=\d+)?/g);
}

test('the start task, the image, the tests and the documentation have the same V8 flags for Deno', () => {
	const { DENO_V8_FLAGS } = START_ENVIRONMENT;
	expect(tasks.start).toContain(` DENO_V8_FLAGS=${DENO_V8_FLAGS} `);
	expect(read('Dockerfile')).toContain(`ENV DENO_V8_FLAGS=${DENO_V8_FLAGS}\n`);
	expect(documentedFlags('Deno')?.join(',')).toBe(DENO_V8_FLAGS);
});

test('the start script, the image, the systemd unit, the tests and the documentation have the same V8 flags for Node', () => {
	const command = `node ${NODE_V8_FLAGS.join(' ')} `;
	// npm signals only the shell, and dash ends without passing a signal on: the program replaces the shell.
	expect(scripts.start).toBe(`exec ${command}build/node/start.js`);
	expect(read('docs/hosting/wallet-portal.service')).toContain(`/${command}/`);
	expect(read('Dockerfile')).toContain(
		`CMD ${JSON.stringify(['node', ...NODE_V8_FLAGS, 'build/node/start.js']).replaceAll(',', ', ')}`
	);
	expect(documentedFlags('Node')).toEqual(NODE_V8_FLAGS);
});

test('the image analyses the modules that a start loads', () => {
	expect(read('Dockerfile')).toMatch(/^RUN deno cache .* build\/deno\/start\.js build\/deno\/index\.js$/m);
});
