import { CopyCommand } from '../../widgets/copy-command.tsx';

/** The overview of an empty fleet: how to add the first agent, three ways, each to copy. */
export function FirstSteps() {
  const { origin, hostname, protocol } = location;
  const host = `${protocol}//${hostname}`;
  return (
    <div className="page first-steps">
      <h1>No agents yet</h1>
      <p className="muted">
        An agent is here as soon as it is heard for the first time. Nothing has to be registered by hand. Any one of
        these is enough:
      </p>
      <div className="first-steps-ways">
        <CopyCommand
          title="Three lines in the agent"
          text={`import { join } from '@jaegis/agent';\n\nconst agent = await join({ pool: 'reader' });\nagent.queue(() => waiting.length);`}
        />
        <CopyCommand
          title="Already on OpenTelemetry: three variables"
          text={`export OTEL_EXPORTER_OTLP_ENDPOINT=${host}:4318\nexport OTEL_SERVICE_NAME=reader\nexport OTEL_RESOURCE_ATTRIBUTES=service.instance.id=reader-1,jaegis.pool=reader`}
        />
        <CopyCommand
          title="Anything that can call a URL: a heartbeat"
          text={`curl -X POST ${origin}/api/fleet/agents/reader-1/heartbeat \\\n  -H 'content-type: application/json' \\\n  -d '{"instanceId":"reader-1","pool":"reader","status":"ok"}'`}
        />
      </div>
      <p className="muted">This page fills by itself.</p>
    </div>
  );
}
