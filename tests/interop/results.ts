import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as prettier from 'prettier';
import * as v from 'valibot';
import type { Runtime } from '../harness/runtime.ts';
import { root } from '../tasks/runtime.mjs';
import { caseCells, caseName, cases } from './cases.ts';

const Results = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.picklist(['passed', 'failed'])));
/** By the name of the case. */
export type Results = v.InferOutput<typeof Results>;

const runtimes: readonly Runtime[] = ['node', 'deno'];
const document = join(root, 'docs/interoperability.md');
const [begin, end] = ['<!-- results: begin -->', '<!-- results: end -->'];
const fileOf = (runtime: Runtime) => join(root, 'test-results', 'interoperability', `${runtime}.json`);

export function saveResults(runtime: Runtime, results: Results): void {
	mkdirSync(dirname(fileOf(runtime)), { recursive: true });
	writeFileSync(fileOf(runtime), JSON.stringify(results));
}

/** Writes the table of docs/interoperability.md, if the latest runs on both runtimes had all cases. */
export async function writeTable(): Promise<void> {
	const results = runtimes.map((runtime) =>
		existsSync(fileOf(runtime)) ? v.parse(Results, readFileSync(fileOf(runtime), 'utf8')) : {}
	);
	const isComplete = cases.every((one) => results.every((result) => result[caseName(one)] !== undefined));
	if (!isComplete) return;
	const text = readFileSync(document, 'utf8');
	const changed = await withTable(text, (one) => results.map((result) => result[caseName(one)] ?? ''));
	if (changed !== text) writeFileSync(document, changed);
}

/** The document with a table in which each case has one cell per runtime. */
export async function withTable(text: string, cellsOf: (one: (typeof cases)[number]) => string[]): Promise<string> {
	const header = ['Wallet', 'Version', 'Profile', 'Case', 'Portal on Node', 'Portal on Deno'];
	const rows = [header, header.map(() => '---'), ...cases.map((one) => [...caseCells(one), ...cellsOf(one)])];
	const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
	const [before = '', after = ''] = [text.split(begin)[0], text.split(end)[1]];
	const config = await prettier.resolveConfig(document);
	return prettier.format(`${before}${begin}\n\n${table}\n\n${end}${after}`, { ...config, parser: 'markdown' });
}
