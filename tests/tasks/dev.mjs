/**
 * `npm run dev`, `deno task dev`: the portal from source, which reloads when a file changes, and a sandbox.
 * Variables of the environment and of `.env` override the sandbox's; if they name another STS and Auth Bridge, no sandbox
 * starts.
 */
import { addresses, portalEnvironment, ports, sandboxEnvironment } from './demo-environment.mjs';
import { printGuide } from './demo-guide.mjs';
import { ensurePackages } from './packages.mjs';
import { programCommand, root } from './runtime.mjs';
import { sandboxCommand } from './sandbox.mjs';
import { refuseTakenPorts, Stack } from './stack.mjs';

const stack = new Stack('npm run dev');

try {
	await dev();
} catch (error) {
	console.error(error.message);
	await stack.stop(1);
}

async function dev() {
	await refuseTakenPorts({ PORT: ports.PORT });
	await ensurePackages();
	const env = await developmentEnvironment();
	const usesSandbox = env.STS_ISSUER_URL === addresses.sts || env.AUTH_BRIDGE_URL === addresses.bridge;
	const summary = usesSandbox ? await startSandbox() : '';
	const vite = ['dev', '--port', String(ports.PORT), '--strictPort', '--clearScreen', 'false'];
	stack.launch('portal', programCommand('vite', vite), { env, stdio: ['ignore', 'inherit', 'inherit'] });
	await stack.waitFor('portal', `${addresses.portal}/api/health`);
	if (usesSandbox) printGuide('The portal runs from source', addresses.portal, summary);
}

async function developmentEnvironment() {
	// Loaded late: in a fresh clone the packages come first.
	const { loadEnv } = await import('vite');
	const own = Object.entries(loadEnv('development', root, '')).filter(([, value]) => value !== '');
	return { ...portalEnvironment(), ...Object.fromEntries(own), NODE_ENV: 'development' };
}

async function startSandbox() {
	await refuseTakenPorts(Object.fromEntries(Object.entries(ports).filter(([name]) => name !== 'PORT')));
	const sandbox = stack.launch('sandbox', sandboxCommand(), {
		env: sandboxEnvironment(),
		stdio: ['ignore', 'pipe', 'inherit']
	});
	let summary = '';
	sandbox.stdout.on('data', (chunk) => (summary += chunk));
	await stack.waitFor('sandbox', `${addresses.sts}/.well-known/openid-configuration`);
	return summary;
}
