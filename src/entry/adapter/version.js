import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Everything that the public files are built from. */
const SOURCES = ['package.json', 'package-lock.json', 'src', 'static', 'svelte.config.js', 'vite.config.ts'];

/**
 * The name of a build: the package's version and a digest of its sources. Kit writes it into a script; its default is the time of the
 * build. Two builds of the same sources, for Node and Deno or on two machines, thus have the same scripts, and instances of both
 * can serve each other's pages.
 * @param {string} [folder]
 * @returns {string}
 */
export function versionName(folder = root) {
	const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
	const digest = createHash('sha256');
	for (const file of SOURCES.flatMap((name) => filesIn(folder, name))) {
		digest
			.update(`${file}\0`)
			.update(readFileSync(`${folder}/${file}`))
			.update('\0');
	}
	return `${version}-${digest.digest('hex').slice(0, 12)}`;
}

/**
 * @param {string} folder
 * @param {string} name of a file or folder below it
 * @returns {string[]} paths below it, sorted
 */
function filesIn(folder, name) {
	const path = `${folder}/${name}`;
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return [name];
	return readdirSync(path)
		.sort()
		.flatMap((entry) => filesIn(folder, `${name}/${entry}`));
}
