import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { root, runQuietly } from './runtime.mjs';

const source = join(root, 'tests', 'interop', 'irmago');
/** Without a C compiler. */
const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };

/**
 * The wallet around irmago, built once per version of its sources and kept outside the repository.
 * @param {(line: string) => void} skip notes what is missing
 * @returns {Promise<string | null>} its program; null where there is no Go or no module proxy to build it with
 * @throws {Error} if it does not compile
 */
export async function ensureIrmago(skip) {
	const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'eduid-wallet-portal');
	const program = join(cache, `irmago-wallet-${sourceDigest()}`);
	if (existsSync(program)) return program;
	const reason = missing();
	if (reason !== null) {
		skip(`interoperability with irmago, the core of the Yivi app: ${reason}`);
		return null;
	}
	console.log('Building the wallet around irmago; the first time this takes minutes …');
	mkdirSync(cache, { recursive: true });
	const built = `${program}-${process.pid}`;
	const code = await runQuietly(['go', 'build', '-trimpath', '-o', built, '.'], { cwd: source, env });
	if (code !== 0) throw new Error('tests/interop/irmago does not compile.');
	renameSync(built, program);
	return program;
}

/** @returns {string | null} null for nothing */
function missing() {
	// In the module's folder, Go says whether it is new enough for it, or fetches a toolchain that is.
	if (!succeeds('env', 'GOVERSION')) return 'there is no Go 1.26 or later';
	return succeeds('mod', 'download') ? null : 'the Go modules could not be downloaded';
}

/** @param {string[]} args */
const succeeds = (...args) => spawnSync('go', args, { cwd: source, env, stdio: 'ignore' }).status === 0;

function sourceDigest() {
	const hash = createHash('sha256');
	for (const name of readdirSync(source).sort()) hash.update(name).update(readFileSync(join(source, name)));
	return hash.digest('hex').slice(0, 16);
}
