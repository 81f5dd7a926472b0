import { type Attributes, type Counter, type Histogram, metrics } from '@opentelemetry/api';

/**
 * The portal's metrics, by OpenTelemetry's conventions: names, UCUM units, and few values per attribute. They contain no
 * ids, addresses or personal data. Without an SDK in the process, they have no effect (`entry/node/telemetry.ts`).
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

// Created on first use: an instrument that is created before an SDK is registered never has an effect.
const made = new Map<string, Counter | Histogram>();
const meter = () => metrics.getMeter('portal');

/** Increments a counter by one. */
export function count(name: keyof typeof counters, attributes: Attributes): void {
	const known = made.get(name) ?? meter().createCounter(name, counters[name]);
	made.set(name, known);
	(known as Counter).add(1, attributes);
}

/** Records a duration in a histogram, in seconds. */
export function took(name: keyof typeof histograms, milliseconds: number, attributes: Attributes): void {
	const known = made.get(name) ?? meter().createHistogram(name, histograms[name] as object);
	made.set(name, known);
	(known as Histogram).record(milliseconds / 1000, attributes);
}

export function countRefusal(reason: Refusal): void {
	count('portal.refused_requests', { reason });
}

/** Registers a callback that returns the number of open event streams whenever metrics are collected. */
export function observeEventStreams(size: () => number): void {
	meter()
		.createObservableUpDownCounter('portal.event_streams', openStreams)
		.addCallback((result) => result.observe(size()));
}
