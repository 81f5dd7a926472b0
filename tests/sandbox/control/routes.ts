import * as v from 'valibot';
import { readJson, sendJson, type Exchange } from '../http/exchange.ts';
import { HolderKey } from '../issuer/holder-key.ts';
import { credentialStatuses } from '../issuer/status-list.ts';
import { people, personIds, personLabel } from '../people.ts';
import type { Recorder } from '../recorder.ts';
import { scenarioNames, ScenarioRequest } from '../scenarios.ts';
import { queries } from '../verifier/queries.ts';
import { VerifierChanges } from '../verifier/settings.ts';
import type { Transaction } from '../verifier/verifier.ts';
import type { Controls } from './controls.ts';

const SessionRef = v.object({ sessionId: v.string() });
const Advance = v.object({ sessionId: v.string(), seconds: v.number() });
const Share = v.object({ person: v.picklist(personIds) });
const Decision = v.object({ decision: v.picklist(['approve', 'reject']) });
const Logout = v.object({
	person: v.picklist(personIds),
	provider: v.optional(v.picklist(['sts', 'sts-wallet']), 'sts'),
	sid: v.optional(v.string())
});
const CredentialRequest = v.object({
	person: v.picklist(personIds),
	jwk: HolderKey,
	vct: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(500)))
});
const NewStatus = v.object({ status: v.picklist(credentialStatuses) });
const PresentationRequest = v.object({
	queryId: v.optional(v.picklist(Object.keys(queries)), 'eduid'),
	...VerifierChanges.entries,
	lifetimeSeconds: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(3600)), 300)
});
const Sign = v.object({
	payload: v.record(v.string(), v.unknown()),
	header: v.optional(v.record(v.string(), v.unknown()))
});
const ScenarioName = v.picklist(scenarioNames);
const Target = v.optional(v.picklist(['sts', 'bridge', 'trap']));

type Handler = (exchange: Exchange, parameter: string) => unknown;

/** The control API: JSON requests and responses; 404 for an unknown session or scenario. */
export function createControlRoutes(controls: Controls, recorder: Recorder) {
	const routes: Readonly<Record<string, Handler>> = {
		'GET /': () => ({ routes: Object.keys(routes) }),
		'GET /health': () => ({ status: 'ok' }),
		'GET /people': () => people.map((person) => ({ id: person.id, label: personLabel(person) })),
		'GET /scenarios': () => ({ active: controls.scenarios(), available: scenarioNames }),
		'POST /scenario': (exchange) => {
			const { name, ...options } = readJson(exchange, ScenarioRequest);
			controls.scenario(name, options);
			return controls.scenarios();
		},
		'DELETE /scenario/:': (_exchange, name) => {
			const known = v.safeParse(ScenarioName, name);
			if (!known.success) return undefined;
			controls.lift(known.output);
			return controls.scenarios();
		},
		'POST /reset': () => {
			controls.reset();
			return {};
		},
		'GET /counts': () => controls.counts(),
		'GET /requests': ({ url }) => {
			const target = v.safeParse(Target, url.searchParams.get('target') ?? undefined);
			const operation = url.searchParams.get('operation') ?? undefined;
			return target.success ? controls.lastRequests(target.output, operation) : undefined;
		},
		'GET /authorizations': () => controls.authorizations(),
		'GET /sessions': ({ url }) => controls.sessionByLink(url.searchParams.get('link') ?? ''),
		'GET /sessions/:': (_exchange, id) => controls.session(id),
		'POST /wallet/:/open': async (_exchange, id) => outcome(await controls.openWallet(id)),
		'POST /wallet/:/share': async (exchange, id) => outcome(await controls.share(id, readJson(exchange, Share).person)),
		'POST /wallet/:/decline': async (_exchange, id) => outcome(await controls.decline(id)),
		'GET /wallets/:': (_exchange, id) => {
			const person = v.safeParse(Share.entries.person, id);
			return person.success ? controls.walletContents(person.output) : undefined;
		},
		'POST /review/:': (exchange, id) => done(controls.review(id, readJson(exchange, Decision).decision)),
		'POST /clock/expire': (exchange) => done(controls.expire(readJson(exchange, SessionRef).sessionId)),
		'POST /clock/advance': (exchange) => {
			const { sessionId, seconds } = readJson(exchange, Advance);
			return done(controls.advance(sessionId, seconds));
		},
		'POST /credentials': async (exchange) => {
			const { person, jwk, vct } = readJson(exchange, CredentialRequest);
			return { credential: await controls.issueCredential(person, jwk, vct) };
		},
		'POST /credentials/:/status': (exchange, index) =>
			done(
				controls.setCredentialStatus(/^\d+$/.test(index) ? Number(index) : -1, readJson(exchange, NewStatus).status)
			),
		'GET /verifier': () => controls.configureVerifier({}),
		'POST /verifier': (exchange) => controls.configureVerifier(readJson(exchange, VerifierChanges)),
		'POST /presentations': async (exchange) => {
			const { lifetimeSeconds, ...request } = readJson(exchange, PresentationRequest);
			const expiresAt = Date.now() + lifetimeSeconds * 1000;
			return summary(await controls.requestPresentation({ ...request, expiresAt: () => expiresAt }));
		},
		'GET /presentations/:': (_exchange, id) => summary(controls.presentation(id)),
		'POST /backchannel-logout': async (exchange) => {
			const { person, provider, sid } = readJson(exchange, Logout);
			await controls.backchannelLogout(person, provider, sid);
			return {};
		},
		'POST /sign': async (exchange) => {
			const { payload, header } = readJson(exchange, Sign);
			return { jwt: await controls.sign(payload, header) };
		}
	};

	return async (exchange: Exchange): Promise<void> => {
		const { method, url } = exchange;
		if (url.pathname === '/trap') {
			recorder.note('trap', 'visit', exchange);
			sendJson(exchange, 200, {});
			return;
		}
		const [, group = '', parameter = '', action = ''] = url.pathname.split('/');
		const byParameter = `${method} /${group}/:${action === '' ? '' : `/${action}`}`;
		const response = routes[`${method} ${url.pathname}`] ?? routes[byParameter];
		const value = await response?.(exchange, decodeURIComponent(parameter));
		if (value === undefined) sendJson(exchange, 404, { error: 'not found' });
		else sendJson(exchange, 200, value);
	};
}

function outcome(value: string | undefined) {
	return value === undefined ? undefined : { outcome: value };
}

function done(value: boolean) {
	return value ? {} : undefined;
}

function summary(transaction: Transaction | undefined) {
	return transaction && { ...transaction, error: transaction.error?.code };
}
