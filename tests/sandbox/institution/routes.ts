import * as v from 'valibot';
import type { HandoffOutcome, Handoffs } from '../handoffs.ts';
import { redirect, sendHtml, sendJson, type Exchange } from '../http/exchange.ts';
import { people } from '../people.ts';
import type { Scenarios } from '../scenarios.ts';
import { identityPage, loginPage, lostPage, secondFactorPage } from './pages.ts';

const Decision = v.picklist(['confirmed', 'refused', 'failed']);

/** Sign-in and identity pages, on another site than the portal, so that every journey is cross-site. */
export function createInstitutionRoutes(handoffs: Handoffs, scenarios: Scenarios) {
	const leave = (exchange: Exchange, reference: string, outcome: HandoffOutcome) => {
		const location = handoffs.complete(reference, outcome);
		if (location === undefined) sendHtml(exchange, 410, lostPage());
		else redirect(exchange, location);
	};

	return (exchange: Exchange): void => {
		const { url, method, body } = exchange;
		const purpose = url.pathname === '/login' ? 'login' : url.pathname === '/idv' ? 'idv' : undefined;
		if (purpose === undefined) return sendJson(exchange, 404, { error: 'not found' });

		if (method === 'POST') {
			const form = new URLSearchParams(body);
			const reference = form.get('request') ?? '';
			const person = people.find(({ id }) => id === form.get('person'));
			const asksMore = handoffs.find(reference)?.needsSecondFactor === true && !form.has('factor');
			if (person && asksMore) return sendHtml(exchange, 200, secondFactorPage(reference, person));
			return leave(exchange, reference, outcomeOf(form));
		}
		const reference = url.searchParams.get('request') ?? '';
		const handoff = handoffs.find(reference);
		if (handoff?.purpose !== purpose) return sendHtml(exchange, 410, lostPage());
		const decided = purpose === 'idv' ? decidedByScenario(scenarios) : undefined;
		if (decided !== undefined) return leave(exchange, reference, { kind: decided });
		const content = purpose === 'login' ? loginPage : identityPage;
		return sendHtml(exchange, 200, content(reference, handoff.institutionId));
	};
}

function outcomeOf(form: URLSearchParams): HandoffOutcome {
	const person = people.find(({ id }) => id === form.get('person'));
	if (person !== undefined)
		return { kind: 'person', personId: person.id, hasSecondFactor: form.get('factor') === 'confirmed' };
	const decision = v.safeParse(Decision, form.get('decision'));
	return { kind: decision.success ? decision.output : 'failed' };
}

function decidedByScenario(scenarios: Scenarios) {
	if (scenarios.use('idv-refused')) return 'refused';
	if (scenarios.use('idv-failed')) return 'failed';
	return scenarios.use('idv-confirmed') ? 'confirmed' : undefined;
}
