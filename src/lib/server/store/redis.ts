import { ClientOfflineError, createClient } from '@redis/client';
import * as v from 'valibot';
import { afterTimeout, wholeMs, withinLimit } from '../clock';
import { createKeyWaiters, DataLost, type Store, WrongServer } from './store';
import * as commands from './redis-commands';

/**
 * A shorter limit makes an instance use its own store too soon. A longer limit delays each request while Redis does not
 * respond.
 */
const COMMAND_LIMIT_MS = 1000;
/** How long start-up waits for the connection. After that, the portal starts without it. */
const CONNECT_LIMIT_MS = 2000;
/** Short, so that other instances learn of revocations within a second after Redis is available again. */
const MAX_RECONNECT_PAUSE_MS = 250;
/** Longer than the time between two checks. */
const MARK_LIFE_MS = 60 * 60 * 1000;

const Mark = v.pipe(v.string(), v.transform(Number));
const Marks = v.tuple([Mark, Mark]);

/** Runs a script in the store. @throws if the store is unreachable, or after a time limit if it does not respond */
export type RunScript = (
	script: string,
	given: { readonly keys: string[]; readonly arguments: string[] }
) => Promise<unknown>;

export interface RedisStore extends Store {
	readonly run: RunScript;
	/** The commands that the portal needs and that its user may not run. @throws if Redis is unreachable */
	readonly refusedCommands: () => Promise<readonly string[]>;
}

interface RedisStoreOptions {
	/** `redis://` or `rediss://`, with credentials where needed. */
	readonly url: string;
	/** Reports each fault of a connection: it was lost or refused, or Redis does not accept the credentials. */
	readonly onFault: (error: unknown) => void;
	/** Reports that a connection was established. */
	readonly onConnected: () => void;
}

/**
 * A store in Redis or Valkey. Commands are not queued: they fail immediately while the server is unreachable, and after a
 * second if it does not respond. Only `verify` waits up to a second for a connection. The store reconnects by itself, also
 * if the connected server no longer accepts writes.
 * @throws {WrongServer} if the server is a Cluster or a Sentinel
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
	const keyWaiters = createKeyWaiters();
	/**
	 * The mark of this process: a number that each check increases. A lower mark, or none, shows that the data was lost, as
	 * after a restart without persistence, or is older, as after a restart from a snapshot or a failover to a replica that
	 * was behind. Each process has its own mark, so an instance that starts later misses nothing.
	 */
	const markKey = `${commands.PREFIX}verify:${crypto.randomUUID()}`;
	let mark = 0;
	/** The last mark that Redis is known to have accepted. */
	let ownMark = 0;
	/** Two keys, as `replace` has: a Cluster refuses them even if it has only one node. */
	const keys = [markKey, `${commands.PREFIX}verify`];
	const open = () => openConnection(options, (key) => keyWaiters.wake(key));
	let connection = await open();
	let reconnecting: Promise<void> | undefined;
	let isClosed = false;

	/** Keeps the old connection until a new one is ready, because it may still serve reads. */
	async function reconnect(): Promise<void> {
		const next = await open();
		const old = connection;
		if (!next.client.isReady || isClosed) {
			next.close();
			return;
		}
		connection = next;
		// Each command in flight on the old connection ends within its time limit.
		afterTimeout(COMMAND_LIMIT_MS, () => old.close());
		options.onConnected();
	}

	/** The client's own timeout covers only the sending of a command, not the wait for its reply. */
	async function run<Reply>(command: (client: Client) => Promise<Reply>): Promise<Reply> {
		const { client, lastFault } = connection;
		try {
			return await withinLimit(command(client), COMMAND_LIMIT_MS);
		} catch (error) {
			// A reply on an old connection says nothing of the new one.
			if (client === connection.client && commands.mayHaveMoved(error))
				reconnecting ??= reconnect().finally(() => (reconnecting = undefined));
			throw commands.explained(error instanceof ClientOfflineError ? (lastFault() ?? error) : error);
		}
	}

	async function verifyOnce(): Promise<boolean> {
		const before = ownMark;
		const next = ++mark;
		const given = { keys, arguments: [commands.CHANGED_CHANNEL, String(next), String(MARK_LIFE_MS)] };
		const [found, written] = v.parse(Marks, await run((client) => client.eval(commands.VERIFY, given)));
		if (written !== next) throw new Error('Redis does not return what was written');
		ownMark = Math.max(ownMark, next);
		return found >= before;
	}

	// Shows whether the server is of a kind that can't be the store, and changes nothing.
	await run((client) => client.eval('return 1', { keys })).catch((error: unknown) => {
		if (!(error instanceof WrongServer && error.isLasting)) return;
		connection.close();
		throw error;
	});

	return {
		run: (script, given) => run((client) => client.eval(script, given)),

		async refusedCommands() {
			const { isSubscribeRefused } = connection;
			const given = { keys: [`${commands.PREFIX}try:${crypto.randomUUID()}`], arguments: [commands.CHANGED_CHANNEL] };
			const refused = commands.readRefused(await run((client) => client.eval(commands.TRY_COMMANDS, given)));
			return (await withinLimit(isSubscribeRefused, COMMAND_LIMIT_MS)) ? [...refused, 'subscribe'] : refused;
		},

		async read(key) {
			const text = await run((client) => client.get(commands.PREFIX + key));
			return text === null ? null : { text, mark: text };
		},

		async replace(key, expected, text, lifeMs) {
			const given = [
				commands.CHANGED_CHANNEL,
				expected ? '1' : '0',
				expected?.mark ?? '',
				text,
				String(wholeMs(lifeMs)),
				String(ownMark)
			];
			const reply = await run((client) =>
				client.eval(commands.REPLACE, { keys: [commands.PREFIX + key, markKey], arguments: given })
			);
			if (reply === -1) throw new DataLost('Redis does not hold what was written before');
			return reply === 1;
		},

		async write(key, text, lifeMs) {
			const given = [commands.CHANGED_CHANNEL, text, String(wholeMs(lifeMs))];
			await run((client) => client.eval(commands.WRITE, { keys: [commands.PREFIX + key], arguments: given }));
		},

		async remainingMs(key) {
			const lifeMs = await run((client) => client.pTTL(commands.PREFIX + key));
			return lifeMs < 0 ? null : lifeMs;
		},

		changed: (key, maxMs) => keyWaiters.wait(commands.PREFIX + key, maxMs),

		async verify() {
			try {
				return await verifyOnce();
			} catch (error) {
				const { client } = connection;
				if (client.isReady || isClosed) throw error;
				// A lost connection is usually restored within 100 ms. Instances that used their own stores in that time
				// would lose sessions.
				await untilReady(client, COMMAND_LIMIT_MS);
				return verifyOnce();
			}
		},

		close() {
			isClosed = true;
			connection.close();
			return Promise.resolve();
		}
	};
}

/**
 * Opens one connection for commands, and one that reports changed keys. Resolves when the first is ready, or after a time
 * limit.
 */
async function openConnection({ url, onFault, onConnected }: RedisStoreOptions, onKeyChanged: (key: string) => void) {
	let fault: unknown;
	const client = createClient({
		url,
		disableOfflineQueue: true,
		// A feature for one vendor's clusters. It reads environment variables, which Deno does not permit here.
		maintNotifications: 'disabled',
		// A connection that does not respond is closed and opened again.
		pingInterval: 1000,
		socket: {
			connectTimeout: CONNECT_LIMIT_MS,
			socketTimeout: 3000,
			reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, MAX_RECONNECT_PAUSE_MS)
		}
	});
	const listener = client.duplicate({ disableOfflineQueue: false });
	const clients = [client, listener];
	const failed = (error: unknown) => {
		// A connection that the portal itself has closed is not a fault.
		if (!clients.every(({ isOpen }) => isOpen)) return;
		fault = error;
		onFault(error);
	};
	for (const each of clients) each.on('error', failed);
	client.on('ready', () => {
		fault = undefined;
		onConnected();
	});
	listener.connect().catch(failed);
	const isSubscribeRefused = listener.subscribe(commands.CHANGED_CHANNEL, onKeyChanged).then(
		() => false,
		(error: unknown) => {
			failed(error);
			return commands.REFUSED.test(String(error));
		}
	);
	await withinLimit(client.connect(), CONNECT_LIMIT_MS).catch((error: unknown) => {
		// The end of the wait says less than the fault of a try.
		if (fault === undefined) failed(new Error('no connection', { cause: error }));
	});
	return {
		client,
		/** Whether the user may not subscribe; known as soon as there is a reply. */
		isSubscribeRefused,
		/** Why there is no connection, by the last try: the client itself reports only that it is offline. */
		lastFault: () => fault,
		close: () => {
			for (const each of clients) each.destroy();
		}
	};
}

type Client = Awaited<ReturnType<typeof openConnection>>['client'];

/** Resolves when there is a connection, or after a time limit. */
function untilReady(client: Client, maxMs: number): Promise<void> {
	if (client.isReady) return Promise.resolve();
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			client.off('ready', done);
			resolve();
		};
		const timer = setTimeout(done, maxMs);
		client.once('ready', done);
	});
}
