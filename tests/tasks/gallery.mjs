/** `npm run gallery`: every state of every page at its own URL, which reloads when a file changes. */
import { addresses, portalEnvironment, ports } from './demo-environment.mjs';
import { ensurePackages } from './packages.mjs';
import { programCommand } from './runtime.mjs';
import { refuseTakenPorts, Stack } from './stack.mjs';

const stack = new Stack('npm run gallery');

try {
	await refuseTakenPorts({ PORT: ports.PORT });
	await ensurePackages();
	const env = { ...portalEnvironment(), NODE_ENV: 'development', ADAPTER: 'gallery' };
	stack.launch('gallery', programCommand('vite', ['dev', '--port', env.PORT, '--strictPort']), { env });
	console.log(`The state gallery: ${addresses.portal}/gallery`);
} catch (error) {
	console.error(error.message);
	await stack.stop(1);
}
