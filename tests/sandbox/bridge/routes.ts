import * as v from 'valibot';
import { BadRequest, readJson, sendJson, type Exchange } from '../http/exchange.ts';
import type { Faults } from '../http/faults.ts';
import type { Recorder } from '../recorder.ts';
import type { Scenarios } from '../scenarios.ts';
import { DcApiBody } from './dc-api.ts';
import { BridgeError, type ErrorWriter } from './errors.ts';
import type { BridgeService } from './service.ts';

/** Sent by the STS only, so that its requests are counted separately from the portal's. */
export const callerHeader = 'x-sandbox-caller';

interface BridgeRoutesOptions {
	service: BridgeService;
	scenarios: Scenarios;
	recorder: Recorder;
	faults: Faults;
	errors: ErrorWriter;
}

const CreateBody = v.object({
	queryId: v.optional(v.pipe(v.string(), v.minLength(1))),
	oauthSessionId: v.optional(v.string()),
	forceReconciliation: v.optional(v.boolean())
});
const InitiateBody = v.object({ redirectUri: v.optional(v.pipe(v.string(), v.url())) });
const ReconciledBody = v.object({ outcome: v.picklist(['confirmed', 'refused', 'failed']) });

interface Route {
	readonly operation: string;
	readonly method: string;
	readonly path: RegExp;
	readonly handle: (exchange: Exchange, first: string, second: string) => Promise<void> | void;
}

/** The Bridge's HTTP API. Returns false for a path that is not the Bridge's. */
export function createBridgeRoutes({ service, scenarios, recorder, faults, errors }: BridgeRoutesOptions) {
	const routes: Route[] = [
		route('create', 'POST', '/auth/oid4vp/sessions', async (exchange) => {
			const created = await service.create(readJson(exchange, CreateBody));
			sendJson(exchange, 'status' in created ? 201 : 200, created);
		}),
		route('status', 'GET', '/auth/oid4vp/sessions/:id/status', async (exchange, id) =>
			sendJson(exchange, 200, await service.status(id))
		),
		route('dc-api', 'POST', '/auth/oid4vp/sessions/:id/dc-api', async (exchange, id) => {
			if (!service.offersDcApi(id)) return sendJson(exchange, 404, { path: exchange.url.pathname });
			return sendJson(exchange, 200, await service.submitDcApi(id, readJson(exchange, DcApiBody)));
		}),
		route('complete', 'POST', '/auth/oid4vp/sessions/:id/complete', (exchange, id) => {
			const { status, body } = service.complete(id, exchange.request.headers[callerHeader] === undefined);
			sendJson(exchange, status, body);
		}),
		route('idv-initiate', 'POST', '/auth/oid4vp/sessions/:id/idv/initiate', (exchange, id) => {
			const { redirectUri } = readJson(exchange, InitiateBody);
			sendJson(exchange, 200, service.reconciliation.initiate(service.live(id), redirectUri));
		}),
		route('idv-callback', 'GET', '/auth/oid4vp/idv/callback', (exchange) =>
			sendJson(exchange, 200, service.finishIdv(exchange.url.searchParams))
		),
		route('idv-status', 'GET', '/auth/oid4vp/sessions/:id/idv/status', (exchange, id) => {
			const session = service.live(id);
			if (scenarios.use('no-idv-status')) throw new BridgeError('NO_RECONCILIATION_SESSION', id);
			sendJson(exchange, 200, service.review.status(session));
		}),
		route('idv-submit', 'POST', '/auth/oid4vp/sessions/:id/idv/submit', (exchange, id) => {
			if (scenarios.use('no-idv-submit')) return sendJson(exchange, 404, { path: exchange.url.pathname });
			return sendJson(exchange, 200, service.review.submit(service.live(id), readJson(exchange, v.unknown())));
		}),
		route('bindings', 'GET', '/internal/bindings/:subject', (exchange, subject) =>
			sendJson(exchange, 200, service.holders.list(subject))
		),
		route('remove-binding', 'DELETE', '/internal/bindings/:subject/:binding', (exchange, _subject, binding) => {
			service.holders.remove(binding);
			sendJson(exchange, 200, {});
		}),
		route('reconciled', 'POST', '/internal/reconciliation/:id', (exchange, id) =>
			sendJson(exchange, 200, service.reconcile(id, readJson(exchange, ReconciledBody).outcome))
		),
		route('health', 'GET', '/health', (exchange) => sendJson(exchange, 200, { status: 'UP' }))
	];

	return async (exchange: Exchange): Promise<boolean> => {
		const path = routes.filter((candidate) => candidate.path.test(exchange.url.pathname));
		const found = path.find(({ method }) => method === exchange.method);
		if (found === undefined) {
			if (path.length > 0) errors.write(exchange, 405, 'METHOD_NOT_ALLOWED');
			return path.length > 0;
		}
		const bySts = exchange.request.headers[callerHeader] !== undefined;
		const operation = bySts ? `sts-${found.operation}` : found.operation;
		recorder.note('bridge', operation, exchange);
		if (await faults(exchange, operation)) return true;
		try {
			const [, first = '', second = ''] = found.path.exec(exchange.url.pathname) ?? [];
			await found.handle(exchange, decodeURIComponent(first), decodeURIComponent(second));
		} catch (error) {
			if (error instanceof BridgeError) errors.refuse(exchange, error);
			else if (error instanceof BadRequest || error instanceof URIError) {
				errors.refuse(exchange, new BridgeError('INVALID_REQUEST_BODY', error.message));
			} else throw error;
		}
		return true;
	};
}

function route(operation: string, method: string, template: string, handle: Route['handle']): Route {
	return { operation, method, path: new RegExp(`^${template.replaceAll(/:\w+/g, '([^/]+)')}$`), handle };
}
