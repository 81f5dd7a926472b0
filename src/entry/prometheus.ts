import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import { log } from '../lib/server/log';
import { addMeterProvider } from '../lib/server/metrics';
import { version } from '../lib/server/version';
import { hostAndPort, type ListenAddress, listenAddress, listenFailure } from './listen';

const PATH = '/metrics';
/** Of the text format ("Exposition formats", Prometheus). */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** The scrapers of a portal are few. */
const MAX_CONNECTIONS = 64;
const LIMITS = {
	maxHeaderSize: 8192,
	headersTimeout: 5000,
	requestTimeout: 5000,
	connectionsCheckingInterval: 2000,
	// Longer than the usual interval of 15 to 60 s between two scrapes, so that they share a connection.
	keepAliveTimeout: 65_000
};

/** Collects only when asked. */
export class ScrapeReader extends MetricReader {
	protected override onForceFlush = () => Promise.resolve();
	protected override onShutdown = () => Promise.resolve();
}

/**
 * Adds a provider for the portal's metrics, and serves them in Prometheus's text format on a port of their own until the
 * process exits: also while it drains. The package's own server is not used: it reads variables that Deno does not grant,
 * and sends its errors with status 200.
 * @returns null once it listens, or why it can't listen, as a message for the operator
 */
export async function serveMetrics(wanted: ListenAddress): Promise<string | null> {
	const reader = new ScrapeReader();
	const resource = resourceFromAttributes({ 'service.name': 'eduid-wallet-portal', 'service.version': version });
	addMeterProvider(new MeterProvider({ resource, readers: [reader] }));
	const server = createMetricsServer(createScrape(reader));
	const address = listenAddress(wanted);
	try {
		await listening(server, address);
	} catch (error) {
		return listenFailure(address, error, { host: 'METRICS_HOST', port: 'METRICS_PORT' });
	}
	log.info('listening for metrics', { address: hostAndPort(address) });
	return null;
}

/** Returns the metrics as text. Concurrent callers share one collection. */
export function createScrape(reader: MetricReader): () => Promise<string> {
	// Without the scope, which is the same for all metrics.
	const serializer = new PrometheusSerializer('', false, undefined, false, true);
	let current: Promise<string> | undefined;

	async function scrape(): Promise<string> {
		const { resourceMetrics, errors } = await reader.collect();
		for (const error of errors) log.error('a metric could not be read', { error });
		const scopeMetrics = resourceMetrics.scopeMetrics.map((scope) => ({
			...scope,
			metrics: scope.metrics.map(withUnit)
		}));
		return serializer.serialize({ ...resourceMetrics, scopeMetrics });
	}

	return () =>
		(current ??= scrape().finally(() => {
			current = undefined;
		}));
}

const unitNames: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/**
 * Names a duration or a size with its unit, as OpenTelemetry's collector and Prometheus's OTLP receiver do ("Prometheus and OpenMetrics
 * Compatibility", OpenTelemetry), so that queries are the same by all ways.
 */
function withUnit(metric: MetricData): MetricData {
	const { descriptor } = metric;
	const unit = unitNames[descriptor.unit];
	return unit ? { ...metric, descriptor: { ...descriptor, name: `${descriptor.name}.${unit}` } } : metric;
}

/** Creates a server that responds to `GET` and `HEAD` of `/metrics` only. */
export function createMetricsServer(scrape: () => Promise<string>): Server {
	const server = createServer(LIMITS, (request, response) => void respond(request, response, scrape));
	server.maxConnections = MAX_CONNECTIONS;
	return server;
}

async function respond(
	{ method, url = '' }: IncomingMessage,
	response: ServerResponse,
	scrape: () => Promise<string>
): Promise<void> {
	response.setHeader('cache-control', 'no-store');
	response.setHeader('x-content-type-options', 'nosniff');
	if (url.split('?')[0] !== PATH) {
		refuse(response, 404);
		return;
	}
	if (method !== 'GET' && method !== 'HEAD') {
		response.setHeader('allow', 'GET, HEAD');
		refuse(response, 405);
		return;
	}
	try {
		const text = await scrape();
		response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text);
	} catch (error) {
		log.error('the metrics could not be collected', { error });
		refuse(response, 500);
	}
}

/** Closes the connection, because the rest of a body may follow. */
function refuse(response: ServerResponse, status: number): void {
	response.writeHead(status, { connection: 'close', 'content-length': 0 }).end();
}

function listening(server: Server, address: ListenAddress): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(address, () => {
			server.off('error', reject);
			server.on('error', (error) => log.error('the server for metrics failed', { error }));
			resolve();
		});
	});
}
