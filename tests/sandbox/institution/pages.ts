import { escapeHtml, page } from '../http/html.ts';
import { institutions } from '../institutions.ts';
import { fullName, people, type Person } from '../people.ts';

const refuseAndFail = `<h2>Or</h2>
<button name="decision" value="refused">Refuse</button>
<button name="decision" value="failed">Fail</button>`;

function form(reference: string, action: string, content: string): string {
	return `<form method="post" action="${action}">
<input type="hidden" name="request" value="${escapeHtml(reference)}">
${content}
</form>`;
}

/** Test people as buttons, of one institution or of all. */
export function loginPage(reference: string, institutionId: string | undefined): string {
	const shown = institutions.filter(
		({ id, enabled }) => enabled && (institutionId === undefined || id === institutionId)
	);
	const groups = shown.map(({ id, name }) => {
		const members = people.filter((person) => person.institutionId === id);
		const buttons = members.map(
			(person) => `<button name="person" value="${person.id}">${escapeHtml(fullName(person))}</button>`
		);
		return `<h2>${escapeHtml(name)}</h2>\n${buttons.join('\n')}`;
	});
	return page('Sign in at your institution', form(reference, '/login', `${groups.join('\n')}\n${refuseAndFail}`));
}

/** After the password: what a person has as a second factor, or that they have none. */
export function secondFactorPage(reference: string, person: Person): string {
	return page(
		'Confirm with your phone',
		form(
			reference,
			'/login',
			`<input type="hidden" name="person" value="${person.id}">
<button name="factor" value="confirmed">Confirm as ${escapeHtml(fullName(person))}</button>
<button name="factor" value="none">I have no phone with me</button>`
		)
	);
}

export function identityPage(reference: string, institutionId: string | undefined): string {
	const name = institutions.find(({ id }) => id === institutionId)?.name ?? 'your institution';
	return page(
		'Confirm your identity',
		`<p>Your wallet is about to be linked to your account at ${escapeHtml(name)}.</p>
${form(reference, '/idv', `<button name="decision" value="confirmed">Confirm</button>\n${refuseAndFail}`)}`
	);
}

/** For a link that has been used, or never existed. */
export function lostPage(): string {
	return page('This link has been used', '<p>Go back to the portal and start again.</p>');
}
