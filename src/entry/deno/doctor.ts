/**
 * The doctor on Deno: reads the arguments and the configuration, and runs the checks in a process with the portal's permissions, so that
 * a check that passes works in the portal as well.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { prepare } from '../../doctor/command';
import { exitCode, reportText } from '../../doctor/findings';
import { BROWSER_ENDPOINTS, discoverEndpoints, permissionFlags } from './permissions';

const prepared = prepare(Deno.args, Deno.env.toObject());
if ('code' in prepared) {
	(prepared.code === 0 ? process.stdout : process.stderr).write(prepared.text);
	Deno.exit(prepared.code);
}
const { config, options, examination, findings } = prepared;
if (!config) {
	console.log(reportText(findings, options));
	Deno.exit(exitCode(findings));
}

const { dirname: folder } = import.meta;
// As the launcher does. If it fails, the checks report the reason.
const endpoints = await discoverEndpoints(config, BROWSER_ENDPOINTS).catch(() => []);
// The portal needs no permission for these: Deno's own exporter calls the collector, and browsers call the public address.
const others = [config.telemetryUrl, examination.proxy].filter((url) => url !== undefined);
const { status } = spawnSync(
	Deno.execPath(),
	['run', ...permissionFlags(config, folder, [...endpoints, ...others]), `${folder}/doctor-checks.js`],
	{
		input: JSON.stringify({ options, examination, findings }),
		stdio: ['pipe', 'inherit', 'inherit'],
		env: { ...Deno.env.toObject(), OTEL_DENO: 'false', DENO_NO_UPDATE_CHECK: '1' }
	}
);
Deno.exit(status ?? 1);
