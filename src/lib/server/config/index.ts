import { env } from '$env/dynamic/private';
import { type Config, parseConfig } from './parse';

let current: Config | undefined;

/**
 * The configuration of this process. It is parsed by the first call, because the build imports server modules without an
 * environment.
 * @throws {ConfigError} if the environment has faults
 */
export function config(): Config {
	return (current ??= parseConfig(env));
}
