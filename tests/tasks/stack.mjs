/** Programs that run together on this machine until one of them, or the person at the terminal, ends them all. */
import { connect, createServer } from 'node:net';
import process from 'node:process';
import { startTied } from './children.mjs';
import { root } from './runtime.mjs';

const START_LIMIT_MS = 60_000;
const LOOPBACKS = ['127.0.0.1', '::1'];

/**
 * @param {Record<string, number>} ports by the name of the variable that moves each
 * @throws {Error} one line, naming the first port that is taken
 */
export async function refuseTakenPorts(ports) {
	for (const [name, port] of Object.entries(ports)) {
		if (await isTaken(port))
			throw new Error(`Port ${port} is taken by another program. Stop it, or choose another port: ${name}=<port>`);
	}
}

/** Binding alone does not tell: on macOS it succeeds beside a program on all addresses, and `localhost` may be ::1. */
async function isTaken(/** @type {number} */ port) {
	const results = await Promise.all([...LOOPBACKS.map((host) => accepts(port, host)), isBound(port)]);
	return results.includes(true);
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<boolean>}
 */
function accepts(port, host) {
	return new Promise((resolve) => {
		const socket = connect({ port, host });
		const done = (/** @type {boolean} */ is) => {
			socket.destroy();
			resolve(is);
		};
		socket.once('connect', () => done(true));
		socket.once('error', () => done(false));
	});
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isBound(port) {
	return new Promise((resolve) => {
		const probe = createServer();
		probe.once('error', () => resolve(true));
		probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(false)));
	});
}

export class Stack {
	#name;
	/** @type {Map<string, import('node:child_process').ChildProcess>} */
	#children = new Map();
	#isStopping = false;

	/** @param {string} name as the terminal reads it, such as "demo" */
	constructor(name) {
		this.#name = name;
		for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void this.stop(0));
	}

	/**
	 * Starts a program in a process group of its own: Ctrl-C then reaches it through `stop` alone, in the right order. It also ends
	 * if this process is killed.
	 * @param {string} name
	 * @param {string[]} command
	 * @param {import('node:child_process').SpawnOptions} options
	 */
	launch(name, command, options) {
		const child = startTied(command, { cwd: root, stdio: 'inherit', ...options });
		this.#children.set(name, child);
		child.once('exit', () => {
			this.#children.delete(name);
			if (this.#isStopping) return;
			console.error(`The ${name} has ended; ${this.#name} stops.`);
			void this.stop(1);
		});
		// Unread, its pipe would fill up.
		child.stdout?.resume();
		return child;
	}

	/**
	 * Resolves when the program responds at the address; never if all programs are being ended, so that the task does not go on.
	 * @param {string} name
	 * @param {string} address
	 * @throws {Error} when it does not within a minute
	 */
	async waitFor(name, address) {
		const limitMs = performance.now() + START_LIMIT_MS;
		for (;;) {
			const response = await fetch(address, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
			await response?.body?.cancel();
			if (this.#isStopping) return new Promise(() => {});
			if (response?.ok) return;
			if (performance.now() > limitMs) throw new Error(`The ${name} does not respond at ${address}.`);
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}

	/**
	 * Ends all programs, then this one.
	 * @param {number} code exit code
	 */
	async stop(code) {
		if (this.#isStopping) return;
		this.#isStopping = true;
		const ends = [...this.#children.values()].map((child) => new Promise((resolve) => child.once('exit', resolve)));
		for (const child of this.#children.values()) child.kill('SIGTERM');
		await Promise.all(ends);
		process.exit(code);
	}
}
