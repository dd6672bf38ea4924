import { CopyCommand } from '../../widgets/copy-command.tsx';

/** What every default of a client already says. */
const defaultPort = '4300';

/** The overview of an empty fleet: how to add the first agent, three ways, each to copy. */
export function FirstSteps() {
  const { origin, port, hostname } = location;
  const isDefault = port === defaultPort && (hostname === 'localhost' || hostname === '127.0.0.1');
  const address = isDefault ? '' : `, url: '${origin}'`;
  return (
    <div className="page first-steps">
      <h1>No agents yet</h1>
      <p className="muted">
        An agent is here as soon as it is heard for the first time. Nothing has to be registered by hand. Any one of
        these is enough:
      </p>
      <CopyCommand
        title="Three lines in the agent"
        text={`import { join } from '@jaegis/agent';\n\nconst agent = await join({ pool: 'reader'${address} });\nagent.queue(() => waiting.length);`}
      />
      <OpenTelemetrySetup title="Already on OpenTelemetry: three variables" />
      <CopyCommand
        title="Anything that can call a URL: a heartbeat"
        text={`curl -X POST ${origin}/api/fleet/agents/reader-1/heartbeat \\\n  -H 'content-type: application/json' \\\n  -d '{"instanceId":"reader-1","pool":"reader","status":"ok"}'`}
      />
      <p className="muted">This page fills by itself.</p>
    </div>
  );
}

/** What points a program with OpenTelemetry at this server; OTLP over HTTP is served where the dashboard is. */
export function OpenTelemetrySetup({ title }: { title: string }) {
  return (
    <CopyCommand
      title={title}
      text={`export OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}\nexport OTEL_SERVICE_NAME=reader\nexport OTEL_RESOURCE_ATTRIBUTES=service.instance.id=reader-1,jaegis.pool=reader`}
    />
  );
}
