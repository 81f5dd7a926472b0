import { type AddressInfo } from 'node:net';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createMetricsServer, createScrape, ScrapeReader } from '../../../src/entry/prometheus';
import { log } from '../../../src/lib/server/log';
import { addMeterProvider, count, observeProcess, observeStore, recordDuration } from '../../../src/lib/server/metrics';

afterEach(() => vi.restoreAllMocks());

async function started(scrape: () => Promise<string>): Promise<string> {
	const server = createMetricsServer(scrape);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => void server.close());
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an added provider exports the same samples as the global one, with units and without a scope', async () => {
	const [global, added] = [new ScrapeReader(), new ScrapeReader()];
	metrics.setGlobalMeterProvider(new MeterProvider({ readers: [global] }));
	addMeterProvider(new MeterProvider({ readers: [added] }));
	const store: { isAvailable?: boolean } = {};
	observeStore(() => store.isAvailable);
	observeProcess();
	count('portal.sign_ins', { method: 'wallet', result: 'ok' });
	recordDuration('portal.upstream.duration', 30, { 'portal.upstream': 'sts', 'http.response.status_code': 200 });
	const [one, other] = await Promise.all([global, added].map((reader) => createScrape(reader)()));
	const samples = (text = '') => text.split('\n').filter((line) => line.startsWith('portal_'));
	expect(samples(one)).toEqual(samples(other));
	expect(samples(one)).toContain('portal_sign_ins_total{method="wallet",result="ok"} 1');
	expect(samples(one)).toContain(
		'portal_upstream_duration_seconds_bucket{portal_upstream="sts",http_response_status_code="200",le="0.05"} 1'
	);
	expect(one).toMatch(/^process_memory_usage_bytes \d+$/m);
	expect(samples(one).join()).not.toContain('portal_store_available');
	store.isAvailable = false;
	expect(samples(await createScrape(added)())).toContain('portal_store_available 0');
});

test('concurrent scrapes share one collection, and the next one collects again', async () => {
	const reader = new ScrapeReader();
	new MeterProvider({ readers: [reader] }).getMeter('portal').createCounter('a').add(1);
	const collect = vi.spyOn(reader, 'collect');
	const scrape = createScrape(reader);
	await Promise.all([scrape(), scrape(), scrape()]);
	expect(collect).toHaveBeenCalledTimes(1);
	await scrape();
	expect(collect).toHaveBeenCalledTimes(2);
});

test('a metric that cannot be read is logged, and the other metrics are exported', async () => {
	const error = vi.spyOn(log, 'error').mockReturnValue();
	const reader = new ScrapeReader();
	const meter = new MeterProvider({ readers: [reader] }).getMeter('portal');
	meter.createCounter('good').add(1);
	meter.createObservableGauge('bad').addCallback(() => {
		throw new Error('broken');
	});
	expect(await createScrape(reader)()).toContain('good_total 1');
	expect(error).toHaveBeenCalledExactlyOnceWith('a metric could not be read', { error: expect.any(Error) as Error });
});

test('a failed collection is logged, and returns 500 without its cause', async () => {
	const error = vi.spyOn(log, 'error').mockReturnValue();
	const url = await started(() => Promise.reject(new Error('a secret')));
	const response = await fetch(`${url}/metrics`);
	expect([response.status, await response.text()]).toEqual([500, '']);
	expect(error).toHaveBeenCalledOnce();
});
