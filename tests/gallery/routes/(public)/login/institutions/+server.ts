import { firstInstitutions } from '../../../../../sandbox/institutions.ts';

/** The list that the search field loads; the same for every state, and in both languages. */
export const GET = () =>
	Response.json(firstInstitutions(3000).map(({ id, name, keywords = [] }) => [id, name, ...keywords]));
