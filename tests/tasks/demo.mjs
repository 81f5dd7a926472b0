/**
 * `npm run demo`, `deno task demo`: the portal as in production, with a sandbox around it, on this machine.
 * DEMO_RUNTIME=node|deno chooses the portal's runtime; without it, the one that this task runs on.
 */
import process from 'node:process';
import { addresses, portalEnvironment, ports, sandboxEnvironment } from './demo-environment.mjs';
import { ensureBuilt } from './build.mjs';
import { printGuide } from './demo-guide.mjs';
import { ensurePackages } from './packages.mjs';
import { portalCommand, underDeno } from './runtime.mjs';
import { sandboxCommand } from './sandbox.mjs';
import { refuseTakenPorts, Stack } from './stack.mjs';

const stack = new Stack('the demo');

try {
	await demo();
} catch (error) {
	console.error(error.message);
	await stack.stop(1);
}

async function demo() {
	const runtime = process.env.DEMO_RUNTIME ?? (underDeno ? 'deno' : 'node');
	if (runtime !== 'node' && runtime !== 'deno') throw new Error(`DEMO_RUNTIME is "${runtime}"; use "node" or "deno".`);

	// Before anything that takes long.
	await refuseTakenPorts(ports);
	await ensurePackages();
	await ensureBuilt([runtime]);
	const stdio = ['ignore', 'pipe', 'inherit'];
	const sandbox = stack.launch('sandbox', sandboxCommand(), { env: sandboxEnvironment(), stdio });
	let summary = '';
	sandbox.stdout.on('data', (chunk) => (summary += chunk));
	await stack.waitFor('sandbox', `${addresses.sts}/.well-known/openid-configuration`);
	stack.launch('portal', portalCommand(runtime), { env: portalEnvironment(), stdio });
	await stack.waitFor('portal', `${addresses.portal}/api/health`);
	printGuide(`The portal runs on ${runtime === 'deno' ? 'Deno' : 'Node'}`, addresses.portal, summary);
}
