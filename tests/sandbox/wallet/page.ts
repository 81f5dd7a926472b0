import type { WalletSession } from '../bridge/session.ts';
import { isExpired } from '../bridge/session.ts';
import { escapeHtml, page } from '../http/html.ts';
import { people, personLabel } from '../people.ts';

const endings: Partial<Record<WalletSession['status'], { title: string; text: string }>> = {
	VP_VALIDATION_FAILED: { title: 'Not accepted', text: 'Your credential was refused.' },
	FAILED: { title: 'Nothing shared', text: 'The request has ended, and your data stayed in your wallet.' }
};

/** The phone's page for a request: the question, or how it ended. */
export function walletPage(session: WalletSession | undefined, portalUrl: string): string {
	if (session === undefined || isExpired(session)) {
		return page('This request has expired', '<p>Nothing was shared. Ask for a new code where you found this one.</p>');
	}
	if (session.status !== 'INTERACTION_STARTED') {
		const { title, text } = endings[session.status] ?? { title: 'Shared', text: 'Your answer is with the portal.' };
		return page(
			title,
			`<p>${text}</p>\n<p>Go on in the window you came from, or <a href="${escapeHtml(portalUrl)}/login/wallet">go back to the portal here</a>.</p>`
		);
	}
	const choices = people.map(
		(person, index) =>
			`<label><input type="radio" name="person" value="${person.id}" required${index === 0 ? ' checked' : ''}> ${escapeHtml(personLabel(person))}</label>`
	);
	return page(
		'Share your data?',
		`<p><strong>${escapeHtml(new URL(portalUrl).host)}</strong> asks for your name, date of birth and eduID (${escapeHtml(session.queryId ?? 'the usual query')}).</p>
<form method="post" action="/wallet/share">
<input type="hidden" name="request" value="${session.id}">
<fieldset>
<legend>Whose wallet is this?</legend>
${choices.join('\n')}
</fieldset>
<button type="submit">Share</button>
<button type="submit" formaction="/wallet/decline" formnovalidate>Decline</button>
</form>`
	);
}
