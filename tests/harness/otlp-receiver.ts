import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import * as v from 'valibot';
import { listenOnLoopback } from './loopback.ts';

const Attributes = v.optional(
	v.array(v.object({ key: v.string(), value: v.record(v.string(), v.unknown()) })),
	() => []
);
const Point = v.object({ attributes: Attributes, asInt: v.optional(v.unknown()), asDouble: v.optional(v.unknown()) });
const Points = v.optional(v.object({ dataPoints: v.array(Point) }));
const Metric = v.object({
	name: v.string(),
	unit: v.optional(v.string(), ''),
	sum: Points,
	gauge: Points,
	histogram: Points
});
const Span = v.object({
	name: v.string(),
	traceId: v.string(),
	spanId: v.string(),
	parentSpanId: v.optional(v.string()),
	attributes: Attributes
});
const listOf = <Entry extends v.GenericSchema>(schema: Entry) => v.optional(v.array(schema), () => []);
const Metrics = v.object({
	resourceMetrics: listOf(v.object({ scopeMetrics: listOf(v.object({ metrics: listOf(Metric) })) }))
});
const Spans = v.object({ resourceSpans: listOf(v.object({ scopeSpans: listOf(v.object({ spans: listOf(Span) })) })) });

type ReceivedSpan = v.InferOutput<typeof Span>;

/** Receives what a collector would: OTLP over HTTP, as JSON. */
export interface OtlpReceiver {
	/** `OTEL_EXPORTER_OTLP_ENDPOINT` and related variables; with short export intervals. */
	readonly env: Readonly<Record<string, string>>;
	readonly port: number;
	/** Every byte of every request, with its address and headers. */
	everything(): string;
	/** The latest value of each series of a metric, as `name{attribute=value,…} [unit]`. */
	series(): readonly string[];
	spans(): readonly ReceivedSpan[];
	stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
	const requests: { readonly path: string; readonly head: string; readonly body: string }[] = [];
	const server = createServer((request, response) => {
		void text(request).then((body) => {
			requests.push({ path: request.url ?? '', head: JSON.stringify(request.headers), body });
			response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
		});
	});
	const { port, url, stop } = await listenOnLoopback(server);
	const bodies = (path: string) => requests.filter((request) => request.path === path).map(({ body }) => body);

	return {
		env: {
			OTEL_EXPORTER_OTLP_ENDPOINT: url,
			OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
			OTEL_METRIC_EXPORT_INTERVAL: '200',
			OTEL_BSP_SCHEDULE_DELAY: '100'
		},
		port,
		everything: () => requests.map(({ path, head, body }) => `${path}\n${head}\n${body}`).join('\n'),
		series: () => [
			...new Set(
				bodies('/v1/metrics')
					.flatMap((body) => v.parse(Metrics, JSON.parse(body)).resourceMetrics)
					.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
					.flatMap(({ name, unit, sum, gauge, histogram }) =>
						((sum ?? gauge ?? histogram)?.dataPoints ?? []).map(
							({ attributes }) => `${name}{${attributes.map(written).sort().join(',')}} [${unit}]`
						)
					)
			)
		],
		spans: () =>
			bodies('/v1/traces')
				.flatMap((body) => v.parse(Spans, JSON.parse(body)).resourceSpans)
				.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
		stop
	};
}

function written({ key, value }: { readonly key: string; readonly value: Readonly<Record<string, unknown>> }): string {
	return `${key}=${String(Object.values(value)[0])}`;
}
