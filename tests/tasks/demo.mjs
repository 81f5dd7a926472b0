/**
 * `npm run demo`, `deno task demo`: the portal as in production, with a sandbox around it, on this machine.
 * DEMO_RUNTIME=node|deno chooses the portal's runtime; without it, the one that this task runs on.
 */
import { createServer } from 'node:net';
import process from 'node:process';
import { addresses, portalEnvironment, ports, sandboxEnvironment } from './demo-environment.mjs';
import { ensureBuilt } from './build.mjs';
import { printGuide } from './demo-guide.mjs';
import { ensurePackages } from './packages.mjs';
import { portalCommand, start, underDeno } from './runtime.mjs';
import { sandboxCommand } from './sandbox.mjs';

const START_LIMIT_MS = 60_000;
const children = new Map();
let stopping = false;

try {
	await demo();
} catch (error) {
	console.error(error.message);
	await stop(1);
}

async function demo() {
	const runtime = process.env.DEMO_RUNTIME ?? (underDeno ? 'deno' : 'node');
	if (runtime !== 'node' && runtime !== 'deno') throw new Error(`DEMO_RUNTIME is "${runtime}"; use "node" or "deno".`);
	for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop(0));

	await ensurePackages();
	await Promise.all(Object.entries(ports).map(([name, port]) => refuseTakenPort(name, port)));
	await ensureBuilt([runtime]);
	const sandbox = launch('sandbox', sandboxCommand(), sandboxEnvironment());
	let summary = '';
	sandbox.stdout.on('data', (chunk) => (summary += chunk));
	await answers('sandbox', `${addresses.sts}/.well-known/openid-configuration`);
	launch('portal', portalCommand(runtime), portalEnvironment());
	await answers('portal', `${addresses.portal}/api/health`);
	printGuide(runtime, addresses.portal, summary);
}

function refuseTakenPort(name, port) {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', () => {
			reject(new Error(`Port ${port} is taken by another program. Stop that one, or choose another: ${name}=<port>`));
		});
		probe.listen({ port, host: '127.0.0.1' }, () => probe.close(resolve));
	});
}

function launch(name, command, env) {
	// A process group of its own: Ctrl-C then reaches it through us alone, and in the right order.
	const child = start(command, { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
	children.set(name, child);
	child.once('exit', () => {
		children.delete(name);
		if (stopping) return;
		console.error(`The ${name} has ended; the demo stops.`);
		void stop(1);
	});
	// Read, or its pipe would fill up.
	child.stdout.resume();
	return child;
}

async function answers(name, address) {
	const limitMs = Date.now() + START_LIMIT_MS;
	while (!stopping) {
		const answer = await fetch(address, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
		await answer?.body?.cancel();
		if (answer?.ok) return;
		if (Date.now() > limitMs) throw new Error(`The ${name} does not answer at ${address}.`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

async function stop(code) {
	if (stopping) return;
	stopping = true;
	const ends = [...children.values()].map((child) => new Promise((resolve) => child.once('exit', resolve)));
	for (const child of children.values()) child.kill('SIGTERM');
	await Promise.all(ends);
	process.exit(code);
}
