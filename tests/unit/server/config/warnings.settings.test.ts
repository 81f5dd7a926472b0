import { expect, test } from 'vitest';
import { parseConfig } from '$lib/server/config/parse';
import { distrustWarning, settingWarnings } from '$lib/server/config/warnings';
import { prepare } from '../../../../src/doctor/command';
import { environment } from '../configured';

const LOGO = `data:image/svg+xml;base64,${btoa('<svg/>')}`;
const PROXY = 'http://proxy.example:3128';

const messages = (changes: Readonly<Record<string, string>>) =>
	settingWarnings(changes, parseConfig({ ...environment, ...changes })).map(({ message }) => message);

type Changes = Readonly<Record<string, string>>;

test.each<[Changes, Changes, Changes]>([
	[{ TRUSTED_HOPS: '2' }, { AUTH_TRUST_HOST: 'true' }, {}],
	[{ METRICS_HOST: '0.0.0.0' }, { METRICS_PORT: '9464' }, {}],
	[{ BRAND_LOGO_DARK: LOGO }, { BRAND_LOGO: LOGO }, {}],
	[{ RATE_LIMIT_PER_CALLER: '5' }, { API_AUDIENCE: 'portal' }, {}],
	[{ NO_PROXY: 'sts.example, 10.0.0.0/8' }, { NO_PROXY: '10.0.0.1' }, { HTTPS_PROXY: PROXY }],
	[{ no_proxy: 'http://sts.example/' }, { no_proxy: '*' }, { HTTP_PROXY: PROXY }]
])('%o has no effect, and is reported; with %o it is not', (setting, effective, more) => {
	const [name = ''] = Object.keys(setting);
	expect(messages({ ...setting, ...more })).toEqual([expect.stringMatching(new RegExp(`^${name} has .*no effect`))]);
	expect(messages({ ...setting, ...more, ...effective })).toEqual([]);
});

test('a range in NO_PROXY is not reported without a proxy, nor an empty variable', () => {
	expect(messages({ NO_PROXY: '10.0.0.0/8', TRUSTED_HOPS: ' ' })).toEqual([]);
});

test('an https address without a trusted proxy is reported', () => {
	expect(distrustWarning({ secure: true, trustHost: false })).toHaveLength(1);
	expect(distrustWarning({ secure: true, trustHost: true })).toEqual([]);
	expect(distrustWarning({ secure: false, trustHost: false })).toEqual([]);
});

test('doctor reports both, and leaves the trust of the proxy to its own check with --proxy', () => {
	const https = { AUTH_URL: 'https://portal.example.org', STS_ISSUER_URL: 'https://sts.example', TRUSTED_HOPS: '2' };
	const found = (...args: string[]) => {
		const preparation = prepare(args, { ...environment, ...https });
		const findings = 'findings' in preparation ? preparation.findings : [];
		return findings.filter(({ check }) => check === 'configuration.settings').map(({ message }) => message);
	};
	expect(found()).toEqual([expect.stringMatching(/^TRUSTED_HOPS/), expect.stringMatching(/^AUTH_URL is https/)]);
	expect(found('--proxy', 'https://portal.example.org')).toEqual([expect.stringMatching(/^TRUSTED_HOPS/)]);
});
