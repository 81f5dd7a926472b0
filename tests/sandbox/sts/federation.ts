import * as v from 'valibot';
import type { HandoffOutcome, Handoffs } from '../handoffs.ts';
import { callerHeader } from '../bridge/routes.ts';
import { redirect, sendHtml, sendJson, type Exchange } from '../http/exchange.ts';
import { page } from '../http/html.ts';
import { firstInstitutions, institutions, manyInstitutions } from '../institutions.ts';
import type { Scenarios } from '../scenarios.ts';

const Reconciled = v.object({ sessionId: v.string(), returnOrigin: v.string(), linked: v.boolean() });

interface FederationOptions {
	handoffs: Handoffs;
	scenarios: Scenarios;
	/** The public address of the STS. */
	issuer: string;
	bridgeUrl: string;
	institutionUrl: string;
}

/** What the STS does in addition to OpenID Connect. Returns false for a path of `oidc-provider`. */
export function createFederation({ handoffs, scenarios, issuer, bridgeUrl, institutionUrl }: FederationOptions) {
	const providers = (exchange: Exchange): void => {
		const many = scenarios.peek('many-providers');
		const known = !many ? institutions : many.count ? firstInstitutions(many.count) : manyInstitutions;
		const list = known.map(({ id, name, englishName, enabled, keywords }) => ({
			id,
			name: englishName ? { nl: name, en: englishName } : name,
			enabled,
			keywords
		}));
		if (scenarios.peek('no-providers')) sendJson(exchange, 404, { error: 'not_found' });
		else sendJson(exchange, 200, list);
	};

	/** The start address that the Bridge returns in the `field` dialect. */
	const authorize = (exchange: Exchange): void => {
		const reconciliation = exchange.url.searchParams.get('reconciliation');
		if (reconciliation === null) {
			sendHtml(exchange, 400, lost());
			return;
		}
		const reference = handoffs.open({
			purpose: 'idv',
			institutionId: exchange.url.searchParams.get('provider') ?? undefined,
			subject: reconciliation,
			returnTo: (reference) => `${issuer}/reconciliation/return?request=${reference}`
		});
		redirect(exchange, `${institutionUrl}/idv?request=${reference}`);
	};

	const comeBack = async (exchange: Exchange): Promise<void> => {
		const redeemed = handoffs.redeem(exchange.url.searchParams.get('request') ?? '', 'idv');
		const outcome = redeemed && (await notifyBridge(bridgeUrl, redeemed.subject, redeemed.outcome));
		if (outcome === undefined) {
			sendHtml(exchange, 410, lost());
			return;
		}
		const location = new URL('/login', outcome.returnOrigin);
		const session = scenarios.use('idv-wrong-state') ? outcome.sessionId.replace(/./g, '0') : outcome.sessionId;
		location.searchParams.set('wallet_session', session);
		location.searchParams.set('idv', outcome.linked ? 'complete' : 'failed');
		redirect(exchange, location.href);
	};

	return async (exchange: Exchange): Promise<boolean> => {
		const handlers = { providers, 'reconciliation-start': authorize, 'reconciliation-return': comeBack };
		const operation = federationOperation(exchange.url.pathname);
		if (operation === undefined) return false;
		await handlers[operation](exchange);
		return true;
	};
}

const operations = {
	'/federation/providers': 'providers',
	'/reconciliation/authorize': 'reconciliation-start',
	'/reconciliation/return': 'reconciliation-return'
} as const;

export function federationOperation(path: string) {
	return Object.entries(operations).find(([known]) => known === path)?.[1];
}

async function notifyBridge(bridgeUrl: string, reconciliationId: string, { kind }: HandoffOutcome) {
	try {
		const response = await fetch(`${bridgeUrl}/internal/reconciliation/${encodeURIComponent(reconciliationId)}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', [callerHeader]: 'sts' },
			body: JSON.stringify({ outcome: kind === 'person' ? 'confirmed' : kind })
		});
		const parsed = v.safeParse(Reconciled, await response.json());
		return response.ok && parsed.success ? parsed.output : undefined;
	} catch {
		return undefined;
	}
}

function lost(): string {
	return page('This link has ended', '<p>Go back to the portal and start again.</p>');
}
