import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../tasks/runtime.mjs';

const FILE = join(root, 'test-results', 'mutation.jsonl');
const SOURCES = [
	'src',
	'static',
	'tests',
	'package-lock.json',
	'svelte.config.js',
	'vite.config.ts',
	'playwright.config.ts'
];
/** Sources of one mutation's run alone: its test file, and its own text. */
const OF_ONE_RUN = /(?:\.test|\.spec)\.ts$|^tests\/mutation\//;

/**
 * What was caught in an earlier run. It counts as long as the mutation, its test file and all that both may use are
 * unchanged.
 */
export function createResults() {
	const shared = hashOf(SOURCES.flatMap(filesOf).filter((file) => !OF_ONE_RUN.test(file)));
	const caught = new Set(existsSync(FILE) ? readFileSync(FILE, 'utf8').split('\n') : []);

	/** @param {import('./mutation.mjs').Mutation} mutation */
	const keyOf = (mutation) =>
		JSON.stringify([mutation.name, digest([shared, JSON.stringify(mutation), hashOf([mutation.test])])]);

	return {
		/** @param {import('./mutation.mjs').Mutation} mutation */
		isCaught: (mutation) => caught.has(keyOf(mutation)),

		/** @param {import('./mutation.mjs').Mutation} mutation */
		add(mutation) {
			mkdirSync(dirname(FILE), { recursive: true });
			appendFileSync(FILE, `${keyOf(mutation)}\n`);
		}
	};
}

/** @param {string} path @returns {string[]} */
function filesOf(path) {
	if (!statSync(join(root, path)).isDirectory()) return [path];
	return readdirSync(join(root, path))
		.sort()
		.flatMap((name) => filesOf(`${path}/${name}`));
}

/** @param {string[]} files */
const hashOf = (files) => digest(files.flatMap((file) => [file, readFileSync(join(root, file), 'base64')]));

/** @param {string[]} texts */
const digest = (texts) => createHash('sha256').update(JSON.stringify(texts)).digest('base64url');
