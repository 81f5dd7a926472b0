import { type NamedPipe, openNamedPipe } from '../../harness/named-pipe.ts';
import { type Portal, startPortal } from '../../harness/portal.ts';
import { runtime } from '../../harness/runtime.ts';
import { bareEnvironment } from './bare-environment.ts';

/** A portal that writes its log to a pipe, and can be made to write a lot. */
interface NoisyPortal {
	readonly portal: Portal;
	readonly pipe: NamedPipe;
	/** Makes it write this many lines of about 500 bytes. */
	readonly writeLines: (count: number) => Promise<void>;
	/** The status of the health check. */
	readonly health: () => Promise<number>;
}

const AT_ONCE = 60;

export async function startNoisyPortal(): Promise<NoisyPortal> {
	const pipe = openNamedPipe();
	const env = { ...bareEnvironment, AUTH_TRUST_HOST: 'true', TRUSTED_HOPS: '1' };
	const portal = await startPortal({ runtime, env, output: pipe.writeEnd });
	const query = new URLSearchParams({ error: 'server_error', error_description: 'out of order '.repeat(15) });
	let clients = 0;
	const fail = async () => {
		// Lines about one network are limited.
		const headers = { 'x-forwarded-for': `198.18.${clients++ % 250}.1`, 'x-forwarded-proto': 'http' };
		const response = await fetch(`${portal.url}/api/auth/callback/sts?${query}`, { redirect: 'manual', headers });
		await response.arrayBuffer();
	};
	return {
		portal,
		pipe,
		writeLines: async (count) => {
			for (let sent = 0; sent < count; sent += AT_ONCE)
				await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - sent) }, fail));
		},
		health: async () => (await fetch(`${portal.url}/api/health`)).status
	};
}
