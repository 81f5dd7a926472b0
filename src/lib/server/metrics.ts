import type { IntervalHistogram } from 'node:perf_hooks';
import {
	type Attributes,
	type Counter,
	type Histogram,
	type Meter,
	type MeterProvider,
	type MetricOptions,
	metrics
} from '@opentelemetry/api';
import { builtin, isDeno } from './runtime';

/**
 * The portal's metrics, by OpenTelemetry's conventions: names, UCUM units, and few values per attribute. They contain no
 * ids, addresses or personal data. Without an SDK in the process, they have no effect (`entry/node/telemetry.ts`, `entry/prometheus.ts`).
 */
const counters = {
	'portal.sign_ins': { unit: '{sign_in}', description: 'Sign-ins that ended, or could not be started, by result' },
	'portal.sign_ins.started': { unit: '{sign_in}', description: 'Browsers that were sent to the STS, by method' },
	'portal.wallet_sessions': { unit: '{session}', description: 'Wallet sessions to create, by result' },
	'portal.identity_verifications': { unit: '{verification}', description: 'Identity verifications, by outcome' },
	'portal.token_refreshes': { unit: '{refresh}', description: 'Token refreshes, by result' },
	'portal.store.faults': {
		unit: '{fault}',
		description: 'Outages of the shared store and losses of its data, by kind'
	},
	'portal.refused_requests': { unit: '{request}', description: 'Requests that were refused, by reason' }
} satisfies Record<string, MetricOptions>;

const histograms = {
	'http.server.request.duration': {
		unit: 's',
		description: 'From a request to the head of its response, by method, route and status',
		// Those of the semantic conventions for HTTP.
		advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] }
	},
	'portal.wallet.flow.duration': {
		unit: 's',
		description: 'Time from creating a wallet session to its outcome',
		advice: { explicitBucketBoundaries: [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800, 3600] }
	},
	'portal.upstream.duration': {
		unit: 's',
		description: 'Calls to the services behind the portal, by operation and status',
		advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] }
	},
	'portal.store.duration': {
		unit: 's',
		description: 'Calls to the shared store, by operation',
		advice: { explicitBucketBoundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] }
	}
} satisfies Record<string, MetricOptions>;

const openStreams = { unit: '{stream}', description: 'Open event streams of this process' } as const;
const streamLimit = { unit: '{stream}', description: 'Maximum number of event streams (EVENT_STREAMS)' } as const;
const storeAvailable = {
	unit: '{store}',
	description: 'Whether the shared store accepts writes, 1 or 0; absent if none is configured'
} as const;

const refusals = [
	'rate_limit_browser',
	'rate_limit_address',
	'rate_limit_caller',
	'streams_browser',
	'streams_wallet_session',
	'streams_address',
	'streams_process',
	'requests_process',
	'uploads_process',
	'uploads_sender',
	'responses_process',
	'responses_sender',
	'logouts_process',
	'connections_process',
	'requests_connection',
	'origin',
	'bearer',
	'scope',
	'body_size',
	'header_size',
	'slow_request',
	'malformed'
] as const;

const memoryUsage = { unit: 'By', description: 'The physical memory of this process' } as const;
const uptime = { unit: 's', description: 'The time that this process has been running' } as const;
const eventLoopDelay = {
	unit: 's',
	description: 'The 99th percentile of the event loop’s delay since it was last read; Node only'
} as const;
/** An idle process has this delay. */
const DELAY_RESOLUTION_MS = 20;

/** Why a request was refused. */
export type Refusal = (typeof refusals)[number];

const signInMethods = ['institution', 'wallet'] as const;
export type SignInMethod = (typeof signInMethods)[number];
/** The results that alerts count. The type of all results is `SignInError` (`auth/sign-in-errors.ts`), which may not be imported here. */
export const alertedSignInResults = [
	'ok',
	'sign_in_failed',
	'sts_unavailable',
	'portal_misconfigured',
	'session_too_large'
] as const;
/** The last four are the faults of work that runs once (`auth/run-once.ts`). */
const refreshResults = ['renewed', 'postponed', 'refused', 'lost', 'ended'] as const;
export type RefreshResult = (typeof refreshResults)[number];

/**
 * Series that exist from the start, at 0: those that the alerts of `docs/hosting/prometheus` count. Prometheus does not see the
 * events before the first scrape of a series, so it would miss the first burst of a process.
 */
const fromStart: Readonly<Partial<Record<keyof typeof counters, readonly Attributes[]>>> = {
	'portal.sign_ins': signInMethods.flatMap((method) => alertedSignInResults.map((result) => ({ method, result }))),
	'portal.sign_ins.started': signInMethods.map((method) => ({ method })),
	'portal.wallet_sessions': [{ result: 'ok' }, { result: 'failed' }],
	'portal.token_refreshes': refreshResults.map((result) => ({ result, coalesced: false })),
	'portal.store.faults': ['outage', 'loss'].map((kind) => ({ kind })),
	'portal.refused_requests': refusals.map((reason) => ({ reason }))
};

const PROVIDERS = Symbol.for('eduid-wallet-portal.meter-providers');
/** The server's entry and the application are separate bundles: the list is stored where both find it. */
const shared = globalThis as unknown as { [PROVIDERS]: MeterProvider[] | undefined };

/**
 * Adds a provider that receives the portal's metrics in addition to OpenTelemetry's global one, which on Deno is Deno's own and can't be
 * replaced. Must be called before the first metric.
 */
export function addMeterProvider(provider: MeterProvider): void {
	(shared[PROVIDERS] ??= []).push(provider);
}

/** Each kind by its name, once for each provider. */
interface Instruments {
	readonly meters: readonly Meter[];
	readonly counters: ReadonlyMap<string, readonly Counter[]>;
	readonly histograms: ReadonlyMap<string, readonly Histogram[]>;
}

let created: Instruments | undefined;

/**
 * Created on first use, which is when the application starts: an instrument that is created before an SDK is registered never has
 * an effect.
 */
function instruments(): Instruments {
	return (created ??= create());
}

function create(): Instruments {
	const providers = [metrics.getMeterProvider(), ...(shared[PROVIDERS] ?? [])];
	const meters = providers.map((provider) => provider.getMeter('portal'));
	const made = {
		meters,
		counters: byName(counters, (name, options) => meters.map((meter) => meter.createCounter(name, options))),
		histograms: byName(histograms, (name, options) => {
			// Deno's own provider, the first one, already has a histogram of that name.
			const without = isDeno && name === 'http.server.request.duration' ? meters.slice(1) : meters;
			return without.map((meter) => meter.createHistogram(name, options));
		})
	};
	for (const [name, series] of Object.entries(fromStart))
		for (const counter of made.counters.get(name) ?? []) for (const attributes of series) counter.add(0, attributes);
	return made;
}

function byName<Made>(
	table: Readonly<Record<string, MetricOptions>>,
	make: (name: string, options: MetricOptions) => Made
): Map<string, Made> {
	return new Map(Object.entries(table).map(([name, options]) => [name, make(name, options)]));
}

/** Increments a counter by one. */
export function count(name: keyof typeof counters, attributes: Attributes): void {
	for (const counter of instruments().counters.get(name) ?? []) counter.add(1, attributes);
}

/** Records a duration in a histogram, in seconds. */
export function recordDuration(name: keyof typeof histograms, milliseconds: number, attributes: Attributes): void {
	for (const histogram of instruments().histograms.get(name) ?? []) histogram.record(milliseconds / 1000, attributes);
}

export function countRefusal(reason: Refusal): void {
	count('portal.refused_requests', { reason });
}

/**
 * Registers what is read whenever metrics are collected.
 * @param size the number of open event streams
 * @param limit the most event streams of this process
 */
export function observeEventStreams(size: () => number, limit: number): void {
	for (const meter of instruments().meters) {
		meter
			.createObservableUpDownCounter('portal.event_streams', openStreams)
			.addCallback((result) => result.observe(size()));
		meter
			.createObservableUpDownCounter('portal.event_streams.limit', streamLimit)
			.addCallback((result) => result.observe(limit));
	}
}

/**
 * The same for the shared store.
 * @param isAvailable returns undefined if none is configured
 */
export function observeStore(isAvailable: () => boolean | undefined): void {
	for (const meter of instruments().meters) {
		meter.createObservableGauge('portal.store.available', storeAvailable).addCallback((result) => {
			const now = isAvailable();
			if (now !== undefined) result.observe(Number(now));
		});
	}
}

/** The same for the memory, the age and the event loop of this process, by the semantic conventions for processes and for Node. */
export function observeProcess(): void {
	for (const meter of instruments().meters) {
		meter
			.createObservableUpDownCounter('process.memory.usage', memoryUsage)
			.addCallback((result) => result.observe(process.memoryUsage.rss()));
		meter.createObservableGauge('process.uptime', uptime).addCallback((result) => result.observe(process.uptime()));
		// Deno's monitor has other units, and does not see a blocked event loop.
		if (!isDeno) observeEventLoop(meter);
	}
}

/**
 * Each reader has a monitor of its own, because reading resets it. It starts with the first reading, so that nothing is measured
 * without a reader.
 */
function observeEventLoop(meter: Meter): void {
	let delays: IntervalHistogram | undefined;
	meter.createObservableGauge('nodejs.eventloop.delay.p99', eventLoopDelay).addCallback((result) => {
		if (delays && delays.count > 0) result.observe(delays.percentile(99) / 1e9);
		delays?.reset();
		delays ??= startedMonitor();
	});
}

function startedMonitor(): IntervalHistogram {
	const delays = builtin.perfHooks().monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
	delays.enable();
	return delays;
}
