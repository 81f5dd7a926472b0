import type { Config } from '../lib/server/config/parse';
import type { Send } from '../lib/server/upstream/client';
import { createConnections } from '../lib/server/upstream/connections';
import { request } from './http';
import { type Finding, good, wrong } from './findings';
import { percentDecoded } from '../lib/server/http/request';

const LIMIT_MS = 10_000;

/** The exporters of both runtimes do not use proxies. */
const sendDirectly = (): Send => createConnections({ http: undefined, https: undefined, except: '' });

/** OpenTelemetry's variables that affect the request (OpenTelemetry, "OTLP exporter configuration"). */
export interface TelemetryVariables {
	readonly headers: string;
	readonly protocol: string;
}

/** Sends an empty export of metrics, and on Node of traces, as the runtime's exporter would. */
export async function examineTelemetry(
	{ telemetryUrl }: Pick<Config, 'telemetryUrl'>,
	variables: TelemetryVariables
): Promise<readonly Finding[]> {
	if (telemetryUrl === undefined) return [];
	// Deno's own exporter sends protobuf unless configured otherwise, and the portal's traces are off there.
	const isJson = !('Deno' in globalThis) || variables.protocol === 'http/json';
	const signals = 'Deno' in globalThis ? ['metrics'] : ['metrics', 'traces'];
	return Promise.all(signals.map((signal) => examineSignal(telemetryUrl, signal, isJson, variables.headers)));
}

async function examineSignal(base: string, signal: string, isJson: boolean, extra: string): Promise<Finding> {
	const check = `telemetry.${signal}`;
	const headers = {
		...headersOf(extra),
		'content-type': isJson ? 'application/json' : 'application/x-protobuf'
	};
	// An empty protobuf message has no bytes.
	const body = isJson ? '{}' : '';
	const url = `${base}/v1/${signal}`;
	const response = await request(url, { method: 'POST', headers, body, timeoutMs: LIMIT_MS, send: sendDirectly() });
	if ('failure' in response)
		return wrong(
			check,
			`The OTLP endpoint at ${new URL(base).host} can’t be reached: ${response.failure.reason}.`,
			`${response.failure.advice} The address comes from OTEL_EXPORTER_OTLP_ENDPOINT.`
		);
	const { status } = response.reply;
	if (status >= 200 && status < 300) return good(check, `The OTLP endpoint accepts ${signal}.`);
	return wrong(
		check,
		`The OTLP endpoint does not accept ${signal} (status ${status}).`,
		status === 401 || status === 403
			? 'Check OTEL_EXPORTER_OTLP_HEADERS.'
			: `Check OTEL_EXPORTER_OTLP_ENDPOINT: /v1/${signal} is added to it, and OTLP over HTTP must be enabled there.`
	);
}

/** `name=value,name=value`, values percent-encoded. */
function headersOf(text: string): Record<string, string> {
	const pairs = text.split(',').filter((pair) => pair.includes('='));
	return Object.fromEntries(
		pairs.map((pair) => {
			const [name = '', ...value] = pair.split('=');
			return [name.trim().toLowerCase(), percentDecoded(value.join('=').trim())];
		})
	);
}
