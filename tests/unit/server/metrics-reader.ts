import { type Attributes, metrics } from '@opentelemetry/api';
import { type DataPoint, type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

class Reader extends MetricReader {
	protected override onForceFlush = () => Promise.resolve();
	protected override onShutdown = () => Promise.resolve();
}

/** A real SDK in the process, before anything is counted; returns how to read a metric's points. */
export function startMetrics() {
	const reader = new Reader();
	metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

	async function pointsOf(name: string) {
		const { resourceMetrics } = await reader.collect();
		const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
		return all.find(({ descriptor }) => descriptor.name === name)?.dataPoints as DataPoint<unknown>[] | undefined;
	}

	return {
		/** What was counted so far, as `[attributes, value]`, without what is still 0. */
		counted: async (name: string): Promise<[Attributes, number][]> =>
			((await pointsOf(name)) ?? [])
				.filter(({ value }) => value !== 0)
				.map(({ attributes, value }) => [attributes, value as number]),
		/** The attributes of each series, also of those that are still 0. */
		series: async (name: string): Promise<Attributes[]> =>
			((await pointsOf(name)) ?? []).map(({ attributes }) => attributes),
		/** What was timed so far, as `[attributes, times, seconds in all]`. */
		timed: async (name: string): Promise<[Attributes, number, number][]> =>
			((await pointsOf(name)) ?? []).map(({ attributes, value }) => {
				const { count, sum = 0 } = value as Histogram;
				return [attributes, count, sum];
			})
	};
}
