import { type Attributes, type Counter, type Histogram, type MeterProvider, metrics } from '@opentelemetry/api';

/**
 * The portal's metrics, by OpenTelemetry's conventions: names, UCUM units, and few values per attribute. They contain no
 * ids, addresses or personal data. Without an SDK in the process, they have no effect (`entry/node/telemetry.ts`, `entry/prometheus.ts`).
 */
const counters = {
	'portal.sign_ins': { unit: '{sign_in}', description: 'Returns from the STS, by method and result' },
	'portal.identity_verifications': { unit: '{verification}', description: 'Identity verifications, by outcome' },
	'portal.token_refreshes': { unit: '{refresh}', description: 'Renewals of tokens that were asked for, by result' },
	'portal.refused_requests': { unit: '{request}', description: 'Requests that were refused, by reason' }
} as const;

const histograms = {
	'portal.wallet.flow.duration': {
		unit: 's',
		description: 'From a code on the screen to what became of it, by outcome',
		advice: { explicitBucketBoundaries: [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800, 3600] }
	},
	'portal.upstream.duration': {
		unit: 's',
		description: 'Calls to the services behind the portal, by operation and status',
		advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] }
	}
} as const;

const openStreams = { unit: '{stream}', description: 'Open event streams of this process' } as const;
const streamLimit = {
	unit: '{stream}',
	description: 'The most event streams of this process (EVENT_STREAMS)'
} as const;
const storeAvailable = {
	unit: '{store}',
	description: 'Whether the shared store accepts writes, 1 or 0; absent if none is configured'
} as const;

/** Why a request was refused. */
export type Refusal =
	| 'rate_limit_browser'
	| 'rate_limit_address'
	| 'rate_limit_caller'
	| 'streams_browser'
	| 'streams_wallet_session'
	| 'streams_address'
	| 'streams_process'
	| 'requests_process'
	| 'uploads_process'
	| 'uploads_sender'
	| 'logouts_process'
	| 'connections_process'
	| 'origin'
	| 'bearer'
	| 'scope'
	| 'body_size'
	| 'header_size'
	| 'slow_request'
	| 'malformed';

const PROVIDERS = Symbol.for('eduid-wallet-portal.meter-providers');
/** The server's entry and the application are separate bundles: the list is stored where both find it. */
const shared = globalThis as unknown as { [PROVIDERS]: MeterProvider[] | undefined };

/**
 * Adds a provider that receives the portal's metrics beside OpenTelemetry's global one, which on Deno is Deno's own and can't be
 * replaced. Must be called before the first metric.
 */
export function addMeterProvider(provider: MeterProvider): void {
	(shared[PROVIDERS] ??= []).push(provider);
}

const meters = () =>
	[metrics.getMeterProvider(), ...(shared[PROVIDERS] ?? [])].map((provider) => provider.getMeter('portal'));

// Created on first use: an instrument that is created before an SDK is registered never has an effect.
const madeCounters = new Map<string, Counter[]>();
const madeHistograms = new Map<string, Histogram[]>();

/** Increments a counter by one. */
export function count(name: keyof typeof counters, attributes: Attributes): void {
	const known = madeCounters.get(name) ?? meters().map((meter) => meter.createCounter(name, counters[name]));
	madeCounters.set(name, known);
	for (const counter of known) counter.add(1, attributes);
}

/** Records a duration in a histogram, in seconds. */
export function took(name: keyof typeof histograms, milliseconds: number, attributes: Attributes): void {
	const known =
		madeHistograms.get(name) ?? meters().map((meter) => meter.createHistogram(name, histograms[name] as object));
	madeHistograms.set(name, known);
	for (const histogram of known) histogram.record(milliseconds / 1000, attributes);
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
	for (const meter of meters()) {
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
	for (const meter of meters()) {
		meter.createObservableGauge('portal.store.available', storeAvailable).addCallback((result) => {
			const now = isAvailable();
			if (now !== undefined) result.observe(Number(now));
		});
	}
}
