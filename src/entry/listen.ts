import { sleep } from '../lib/server/clock';
import { drainAll, finishAll } from '../lib/server/runtime';
import { log } from '../lib/server/log';
import { version } from '../lib/server/version';

/** Where to listen; IPv6 addresses have no brackets. */
export interface ListenAddress {
	host: string;
	port: number;
}

/** Removes the brackets of an IPv6 address, which sockets do not accept. */
export function listenAddress(listen: ListenAddress): ListenAddress {
	return { host: listen.host.replace(/^\[(.*)\]$/, '$1'), port: listen.port };
}

/** `host:port`, as in URLs and in Deno's permissions. */
export function hostAndPort({ host, port }: ListenAddress): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** @param url AUTH_URL */
export function logListening(
	address: ListenAddress,
	{ runtime, url }: Readonly<Record<'runtime' | 'url', string>>
): void {
	log.info('listening', { address: hostAndPort(address), runtime, version, url });
}

/**
 * The message for an operator if listening fails.
 * @param names the variables that the address comes from
 */
export function listenFailure(
	address: ListenAddress,
	error: unknown,
	names: { readonly host: string; readonly port: string } = { host: 'HOST', port: 'PORT' }
): string {
	const where = hostAndPort(address);
	const reason = reasonOf(error);
	if (reason === 'EADDRINUSE')
		return `The portal can't start: ${where} is taken by another program. Stop that program, or set ${names.port}.`;
	const isPrivileged = reason === 'EACCES' && address.port < 1024;
	const advice = isPrivileged ? ` Ports below 1024 need a privilege: set ${names.port} to a higher one.` : '';
	return `The portal can't start: listening on ${where} failed (${reason}). Check ${names.host} and ${names.port}.${advice}`;
}

/** The system's code. Some errors of Deno have none: a host that is not found has only a message. */
function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if ('code' in error && typeof error.code === 'string') return error.code;
	return error.name === 'Error' ? error.message : error.name;
}

/** How long requests in flight may take after the delay; container platforms kill a process after 30 s by default. */
const LIMIT_MS = 20_000;

interface Drain {
	/** How long new requests are still accepted after SIGTERM, until load balancers notice that the readiness check fails. */
	readonly delayMs: number;
	/** Stops listening; resolves when all requests in flight are complete. */
	readonly close: () => Promise<void>;
	/** The number of requests in flight. */
	readonly inFlight: () => number;
}

/** Sent by a service manager or container platform, by Ctrl-C, and when the terminal is closed. */
export const endSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Access to the runtime's process. */
export interface Signals {
	on(signal: (typeof endSignals)[number], listener: () => void): void;
	exit(code: number): void;
}

let draining = false;

/** Whether the process is shutting down: responses then close their connection, and a process that starts does not listen. */
export function isDraining(): boolean {
	return draining;
}

/**
 * Handles signals from now on, for a process that starts. Without a handler, a container's process 1 never receives them. Until the portal
 * listens there is nothing to complete, and a signal ends the process with code 0.
 * @returns a function to call before the portal listens
 */
export function handleSignals(signals: Signals): DrainWith {
	let listening: Drain | undefined;
	const stop = (reason: string) => {
		if (draining) return;
		draining = true;
		if (listening) void shutDown(reason, signals, listening);
		else {
			log.info('stopped', { reason });
			signals.exit(0);
		}
	};
	for (const signal of endSignals) signals.on(signal, () => stop(signal));
	return (drain) => {
		listening = drain;
		return stop;
	};
}

/**
 * From now on, a signal shuts the process down without losing requests: it completes those in flight within a limit, then exits with code 0.
 * Further signals have no effect: a service manager signals each process of a group, and the launcher forwards its own signal.
 * @returns a function that does the same for another reason
 */
export type DrainWith = (drain: Drain) => (reason: string) => void;

async function shutDown(reason: string, signals: Signals, { delayMs, close, inFlight }: Drain): Promise<void> {
	log.info('draining', { reason });
	drainAll();
	const waitMs = reason === 'SIGINT' ? 0 : delayMs;
	let limit: ReturnType<typeof setTimeout> | undefined;
	const hasPassed = new Promise<'limit'>((resolve) => {
		limit = setTimeout(resolve, waitMs + LIMIT_MS, 'limit');
	});
	const result = await Promise.race([complete(waitMs, close), hasPassed]);
	clearTimeout(limit);
	if (result === 'limit') log.warn('stopped before everything was complete', { requests: inFlight() });
	else log.info('stopped');
	signals.exit(0);
}

async function complete(waitMs: number, close: () => Promise<void>): Promise<void> {
	if (waitMs > 0) await sleep(waitMs);
	await close();
	await finishAll();
}
