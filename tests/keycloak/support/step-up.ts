import { createHmac, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Person, Realm } from './realm.ts';

const Executions = v.array(
	v.looseObject({ id: v.string(), displayName: v.string(), providerId: v.optional(v.string()), level: v.number() })
);
type Execution = v.InferOutput<typeof Executions>[number];

const FLOW = 'step-up browser';
const CONDITION = 'conditional-level-of-authentication';

/**
 * Gives a realm two levels, as docs/keycloak.md ("Step-up") describes: a password, and a one-time password as well.
 * @param levels the names of the levels, which are the values of `acr`
 */
export async function addLevels({ admin, name }: Realm, levels: readonly [string, string]): Promise<void> {
	const flows = `/${name}/authentication/flows`;
	const at = (flow: string) => `${flows}/${encodeURIComponent(flow)}/executions`;
	const addFlow = (parent: string, alias: string) =>
		admin.do('POST', `${at(parent)}/flow`, { alias, type: 'basic-flow', provider: 'registration-page-form' });
	const add = (parent: string, provider: string) => admin.do('POST', `${at(parent)}/execution`, { provider });

	await admin.do('POST', flows, { alias: FLOW, providerId: 'basic-flow', topLevel: true, builtIn: false });
	await add(FLOW, 'auth-cookie');
	await addFlow(FLOW, 'levels');
	for (const [level, form] of [
		['level 1', 'auth-username-password-form'],
		['level 2', 'auth-otp-form']
	] as const) {
		await addFlow('levels', level);
		await add(level, CONDITION);
		await add(level, form);
	}
	const executions = await admin.ask(Executions, 'GET', at(FLOW));
	for (const execution of executions)
		await admin.do('PUT', at(FLOW), { ...execution, requirement: requirementOf(execution) });
	const conditions = executions.filter(({ providerId }) => providerId === CONDITION);
	for (const [index, { id }] of conditions.entries())
		await admin.do('POST', `/${name}/authentication/executions/${id}/config`, {
			alias: `level ${index + 1}`,
			config: { 'loa-condition-level': String(index + 1), 'loa-max-age': index === 0 ? '36000' : '300' }
		});
	const map = JSON.stringify({ [levels[0]]: 1, [levels[1]]: 2 });
	await admin.do('PUT', `/${name}`, { browserFlow: FLOW, attributes: { 'acr.loa.map': map } });
}

function requirementOf({ displayName, providerId }: Execution): string {
	if (providerId === 'auth-cookie' || displayName === 'levels') return 'ALTERNATIVE';
	return displayName.startsWith('level ') ? 'CONDITIONAL' : 'REQUIRED';
}

/** Somebody new in the realm who has a one-time password; `code` makes the current one (RFC 6238). */
export async function addPersonWithCode({ admin, name }: Realm): Promise<Person & { code: () => string }> {
	const [password, secret] = [randomBytes(18), randomBytes(15)].map((bytes) => bytes.toString('base64url'));
	if (password === undefined || secret === undefined) throw new TypeError('two secrets were made');
	const totp = { subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' };
	await admin.do('POST', `/${name}/users`, {
		username: 'milan',
		enabled: true,
		email: 'milan@uni-noord.example',
		emailVerified: true,
		firstName: 'Milan',
		lastName: 'Smit',
		credentials: [
			{ type: 'password', value: password },
			{ type: 'otp', secretData: JSON.stringify({ value: secret }), credentialData: JSON.stringify(totp) }
		]
	});
	return { username: 'milan', password, name: 'Milan Smit', code: () => codeOf(secret) };
}

function codeOf(secret: string): string {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
	const digest = createHmac('sha1', secret).update(counter).digest();
	const offset = (digest.at(-1) ?? 0) & 15;
	return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
