import { statementView } from '$lib/server/brand';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => ({ statement: statementView(locals.locale()) });
