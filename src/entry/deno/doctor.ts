/**
 * The doctor on Deno: reads arguments and configuration, and leaves the checks to a process with the portal's own
 * permissions, so that what it calls good works in the portal.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { prepare } from '../../doctor/command';
import { exitCode, reportText } from '../../doctor/report';
import { BROWSER_ENDPOINTS, discoverEndpoints } from './discovery';
import { permissionFlags } from './permissions';

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
// As at the portal's start. Where it fails, the checks find out why.
const endpoints = await discoverEndpoints(config, BROWSER_ENDPOINTS).catch(() => []);
// Deno's own exporter needs no permission for the collector, and browsers, not the portal, call its public address.
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
