import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { root, runQuietly } from './runtime.mjs';

const VERSION = process.env.KEYCLOAK_VERSION ?? '26.7.3';
const MIN_JAVA = 17;
const UNPACK = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:unpack';

/**
 * A Keycloak that is ready to start, made once per machine and version and kept outside the repository.
 * @param {(line: string) => void} skip notes what is missing
 * @returns {Promise<string | null>} its folder; null where there is no Java or no Maven to make it with
 */
export async function distribution(skip) {
	const missing = (/** @type {string} */ what) => {
		skip(`the suite with a real Keycloak needs ${what}, or KEYCLOAK_URL for a running one`);
		return null;
	};
	if (!hasJava()) return missing(`Java ${MIN_JAVA} or later`);
	const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'eduid-wallet-portal');
	const kept = join(cache, `keycloak-${VERSION}`);
	if (existsSync(kept)) return kept;
	if (spawnSync('mvn', ['--version']).status !== 0) return missing('Maven');

	mkdirSync(cache, { recursive: true });
	const folder = mkdtempSync(join(cache, 'making-'));
	try {
		await prepare(folder);
		renameSync(join(folder, `keycloak-${VERSION}`), kept);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	return kept;
}

/** What is prepared here need not be at each start. @param {string} folder */
async function prepare(folder) {
	console.log(`Fetching Keycloak ${VERSION} …`);
	const artifact = `-Dartifact=org.keycloak:keycloak-quarkus-dist:${VERSION}:tar.gz`;
	// Without a project Maven leaves a marker where it is run.
	await succeed(['mvn', '--batch-mode', '--quiet', UNPACK, artifact, `-DoutputDirectory=${folder}`], folder);
	await succeed([join(folder, `keycloak-${VERSION}`, 'bin', 'kc.sh'), 'build', '--db=dev-mem']);
}

/** @param {string[]} command */
async function succeed(command, cwd = root) {
	if ((await runQuietly(command, { cwd })) !== 0) throw new Error(`Keycloak can't be made ready: ${command.join(' ')}`);
}

/** Whether there is a Java that Keycloak runs on: the one that its script would use. */
export function hasJava() {
	const program = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
	const { stderr } = spawnSync(program, ['-version'], { encoding: 'utf8' });
	return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0) >= MIN_JAVA;
}
