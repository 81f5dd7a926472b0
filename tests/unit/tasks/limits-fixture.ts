import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tasks/runtime.mjs';

/** The rows of docs/security.md, Limits: the value by the limit's name. */
const table = readFileSync(join(root, 'docs/security.md'), 'utf8').split('## Limits')[1]?.split('\n## ')[0] ?? '';
export const rows = new Map(
	table
		.split('\n')
		.filter((line) => line.startsWith('| '))
		.map((line) => line.split('|').map((cell) => cell.trim()))
		.map(([, limit = '', value = '']) => [limit, value] as const)
);

/**
 * The number of a constant in a source file, such as `2 * 1024 ** 2`; most of them are not exported.
 * @param file relative to `src/lib/server` unless it begins with `src/`
 */
export function constant(file: string, name: string): number {
	const path = file.startsWith('src/') ? file : `src/lib/server/${file}`;
	const source = readFileSync(join(root, path), 'utf8');
	const [, text] = new RegExp(`\\b${name}(?: = |: )([\\d_ *]+)[;,]?$`, 'm').exec(source) ?? [];
	if (text === undefined) throw new Error(`No number ${name} in ${file}`);
	const power = (factor: string) =>
		factor
			.split('**')
			.map(Number)
			.reduce((base, exponent) => base ** exponent);
	return text
		.replaceAll('_', '')
		.split(/(?<!\*)\*(?!\*)/)
		.map(power)
		.reduce((product, factor) => product * factor);
}
