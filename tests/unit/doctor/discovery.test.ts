import { expect, test } from 'vitest';
import { examineStepUp, examineTokenExchange } from '../../../src/doctor/discovery';
import { config, configure } from '../server/configured';

const STS = { issuer: 'https://sts.example' };
const examine = (listed: string[] | undefined, env: Record<string, string>) => {
	configure(env);
	return examineStepUp(config(), { ...STS, ...(listed && { acr_values_supported: listed }) }).map(
		({ severity, message }) => `${severity} ${message}`
	);
};
const BACKENDS = JSON.stringify({ grades: { url: 'https://g.example', token: 'user', acr: ['mfa', 'loa3'] } });

test('reports nothing if no acr is required', () => {
	expect(examine(undefined, {})).toEqual([]);
});

test('reports each setting with an acr that the STS does not list', () => {
	expect(examine(['sfa', 'mfa'], { STEP_UP_ACR: 'high mfa', BACKENDS })).toEqual([
		'warning The STS does not list these acr values of STEP_UP_ACR: high.',
		'warning The STS does not list these acr values of BACKENDS (grades.acr): loa3.'
	]);
	expect(examine(['high', 'mfa', 'loa3'], { STEP_UP_ACR: 'high', BACKENDS })).toEqual([
		'good The STS lists the acr values that the configuration requires.'
	]);
});

test('reports a warning if the STS lists no acr values', () => {
	expect(examine(undefined, { BACKENDS })).toEqual([expect.stringMatching(/^warning The STS does not list its acr/)]);
});

test.each([
	[
		'exchange',
		['authorization_code'],
		[expect.stringMatching(/^warning The STS does not list token exchange .*: grades\.$/)]
	],
	[
		'exchange',
		['urn:ietf:params:oauth:grant-type:token-exchange'],
		['good The STS lists token exchange, which BACKENDS needs.']
	],
	// Without a list, the doctor knows nothing.
	['exchange', undefined, []],
	['user', ['authorization_code'], []]
])('for a backend with token %s and an STS that lists the grants %j', (token, listed, findings) => {
	const audience = token === 'exchange' && { tokenAudience: 'grades' };
	configure({ BACKENDS: JSON.stringify({ grades: { url: 'https://g.example', token, ...audience } }) });
	const found = examineTokenExchange(config(), { ...STS, ...(listed && { grant_types_supported: listed }) });
	expect(found.map(({ severity, message }) => `${severity} ${message}`)).toEqual(findings);
});
