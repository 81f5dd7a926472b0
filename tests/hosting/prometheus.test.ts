import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import * as v from 'valibot';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createScrape, ScrapeReader } from '../../src/entry/prometheus.ts';
import { signInErrors } from '../../src/lib/server/auth/sign-in-errors.ts';
import { addMeterProvider, count, observeStore, recordDuration } from '../../src/lib/server/metrics.ts';
import { root } from '../tasks/runtime.mjs';

const folder = join(root, 'docs/hosting/prometheus');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const isThere = spawnSync('promtool', ['--version']).status === 0;

const reader = new ScrapeReader();
addMeterProvider(new MeterProvider({ readers: [reader] }));
observeStore(() => undefined);
const scrape = createScrape(reader);

function promtool(args: readonly string[], input = ''): [number | null, string] {
	const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', input });
	return [status, stdout + stderr];
}

function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	return folder;
}

const Dashboard = v.object({
	panels: v.array(v.object({ title: v.string(), targets: v.array(v.object({ expr: v.string() })) }))
});

describe.runIf(isThere)('promtool', () => {
	test('accepts the example configuration and the alerts', () => {
		expect(promtool(['check', 'config', join(folder, 'prometheus.yml')])).toEqual([0, expect.stringContaining('rule')]);
		expect(promtool(['check', 'rules', '--lint-fatal', join(folder, 'alerts.yml')])[0]).toBe(0);
	});

	test('accepts the probe in the README', () => {
		const temporary = temporaryFolder();
		const [job, group] = [...read('README.md').matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml]) => yaml);
		writeFileSync(join(temporary, 'probe.yml'), `groups:\n${group}`);
		writeFileSync(join(temporary, 'prometheus.yml'), `rule_files: [probe.yml]\nscrape_configs:\n${job}`);
		expect(promtool(['check', 'config', join(temporary, 'prometheus.yml')])).toEqual([
			0,
			expect.stringContaining('1 rules found')
		]);
	});

	test('confirms that each alert fires when it should, and only then', () => {
		expect(promtool(['test', 'rules', join(root, 'tests/hosting/alerts.test.yml')])).toEqual([0, expect.any(String)]);
	});

	test('accepts the metrics that the portal serves', async () => {
		count('portal.sign_ins', { method: 'wallet', result: 'ok' });
		recordDuration('portal.upstream.duration', 30, { 'portal.upstream': 'sts', 'http.response.status_code': 200 });
		const text = await scrape();
		expect(text).toContain('portal_upstream_duration_seconds_sum');
		expect(promtool(['check', 'metrics'], text)).toEqual([0, '']);
	});

	test('parses each query of the dashboard', () => {
		const temporary = temporaryFolder();
		const { panels } = v.parse(Dashboard, JSON.parse(read('dashboard.json')));
		const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
		// The variables of Grafana are not part of the language.
		const rules = queries.map((query, index) => ({
			record: `query_${index}`,
			expr: query.replaceAll('$__rate_interval', '1m')
		}));
		writeFileSync(join(temporary, 'rules.yml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
		expect(promtool(['check', 'rules', join(temporary, 'rules.yml')])).toEqual([
			0,
			expect.stringContaining(`${queries.length} rules found`)
		]);
	});
});

test('the alerts name sign-in results that exist, and that the portal exports as 0 from the start', async () => {
	const results = [...read('alerts.yml').matchAll(/portal_sign_ins_total\{result=~"([\w|]+)"/g)];
	const [named, ...others] = results.map(([, alternatives = '']) => alternatives);
	expect(others).toEqual([named]);
	const codes = named?.split('|') ?? [];
	expect(signInErrors).toEqual(expect.arrayContaining(codes));
	const samples = (await scrape()).split('\n');
	for (const code of ['ok', ...codes])
		expect(samples).toContainEqual(expect.stringContaining(`{method="institution",result="${code}"} `));
});
