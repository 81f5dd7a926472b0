/** Other release lines of Node, on which tests start the portal. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** One version of each line. */
const VERSIONS = ['22.23.5', '24.22.3', '26.12.1'];
/** As in the names of npm's packages with Node's program. */
const PLATFORM = `${process.platform}-${process.arch}`;

/**
 * Fetches the programs that are missing, and keeps them outside the repository.
 * @param {{ci: boolean, skip: (line: string) => void}} choice `skip` notes what is not tested
 * @returns {{NODE_PROGRAMS?: string}} the paths of the programs, for the tests
 * @throws {Error} on CI, if one can't be fetched
 */
export function otherNodes({ ci, skip }) {
	const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'eduid-wallet-portal');
	const programs = VERSIONS.filter((version) => !process.versions.node.startsWith(version.slice(0, 3)))
		.map((version) => ({ version, program: join(cache, `node-${version}`) }))
		.filter(({ version, program }) => {
			if (existsSync(program) || fetchNode(version, program, cache)) return true;
			const what = `the portal with Node ${version}: npm has no such program for ${PLATFORM}, or can't be reached`;
			if (ci) throw new Error(what);
			skip(what);
			return false;
		})
		.map(({ program }) => program);
	return programs.length === 0 ? {} : { NODE_PROGRAMS: programs.join(delimiter) };
}

/** @type {(version: string, program: string, cache: string) => boolean} */
function fetchNode(version, program, cache) {
	mkdirSync(cache, { recursive: true });
	const folder = mkdtempSync(join(cache, 'making-'));
	/** @type {(command: string, ...args: string[]) => boolean} */
	const succeeds = (command, ...args) => spawnSync(command, args, { cwd: folder, stdio: 'ignore' }).status === 0;
	try {
		if (!succeeds('npm', 'pack', `node-${PLATFORM}@${version}`)) return false;
		if (!succeeds('tar', '-xzf', `node-${PLATFORM}-${version}.tgz`, 'package/bin/node')) return false;
		renameSync(join(folder, 'package', 'bin', 'node'), program);
		return true;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
