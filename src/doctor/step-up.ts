import type { AuthorizationServer } from 'oauth4webapi';
import type { Config } from '../lib/server/config/parse';
import { type Finding, good, warning } from './report';

/**
 * Checks that the STS lists the `acr` values of the configuration (OpenID Connect Discovery 3, `acr_values_supported`). An STS may
 * leave the list out, or list other names than its tokens have: both are warnings.
 */
export function examineStepUp(
	{ stepUp, backends }: Pick<Config, 'stepUp' | 'backends'>,
	{ acr_values_supported: listed }: AuthorizationServer
): readonly Finding[] {
	const sources = [
		{ variable: 'STEP_UP_ACR', acr: stepUp.acr },
		...backends.map(({ name, acr = [] }) => ({ variable: `BACKENDS (${name}.acr)`, acr }))
	].filter(({ acr }) => acr.length > 0);
	if (sources.length === 0) return [];
	if (listed === undefined)
		return [
			warning(
				'sts.acr',
				'The STS does not list its acr values (acr_values_supported), so those of the configuration could not be checked.',
				'Do a step-up once to see whether the STS raises the level.'
			)
		];
	const unlisted = sources.filter(({ acr }) => acr.some((value) => !listed.includes(value)));
	if (unlisted.length === 0) return [good('sts.acr', 'The STS lists the acr values that the configuration requires.')];
	return unlisted.map(({ variable, acr }) =>
		warning(
			'sts.acr',
			`The STS does not list these acr values of ${variable}: ${acr.filter((value) => !listed.includes(value)).join(', ')}.`,
			`Nobody may be able to reach such a level. The STS lists: ${listed.slice(0, 10).join(', ')}.`
		)
	);
}
