/** `npm run gallery`: every state of every page on an address of its own, drawn anew when a source changes. */
import process from 'node:process';
import { addresses, portalEnvironment } from './demo-environment.mjs';
import { ensurePackages } from './packages.mjs';
import { programCommand, start } from './runtime.mjs';

await ensurePackages();
const env = { ...portalEnvironment(), NODE_ENV: 'development', ADAPTER: 'gallery' };
const child = start(programCommand('vite', ['dev', '--port', env.PORT, '--strictPort']), { env });
console.log(`The state gallery: ${addresses.portal}/gallery`);
// Ctrl-C reaches the child too; this process only waits for it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('exit', (code) => (process.exitCode = code ?? 1));
