import type { AgentReport, SignalName } from '@jaegis/model';
import { SignalChart } from '../../chart/signal-chart.tsx';

const shown: readonly {
  readonly title: string;
  readonly signals: readonly SignalName[];
  readonly isAgainstPeers?: boolean;
}[] = [
  { title: 'Response time', signals: ['latency_p95', 'latency_p50'], isAgainstPeers: true },
  { title: 'Work', signals: ['request_rate', 'throughput'] },
  { title: 'Errors', signals: ['error_rate'], isAgainstPeers: true },
  { title: 'Queue', signals: ['queue_length'] },
  { title: 'CPU', signals: ['cpu_utilization'], isAgainstPeers: true },
  { title: 'Memory', signals: ['memory_bytes'] },
  { title: 'Tokens', signals: ['tokens_rate'] },
  { title: 'Progress', signals: ['progress_rate'] },
];

/** The signals of an agent, each with its expected band, the anomaly ribbon, and the middle of its pool where that compares. */
export function AgentCharts({ agent }: { agent: AgentReport }) {
  const marksOf = (signals: readonly string[]) =>
    agent.anomalies
      .filter((anomaly) => signals.includes(anomaly.signal))
      .map((anomaly) => ({ at: anomaly.at, kind: 'bad' as const, title: anomaly.reason }));
  return (
    <div className="chart-grid">
      {shown.map((each) => (
        <SignalChart
          key={each.title}
          title={each.title}
          of={{ agent: agent.instanceId }}
          signals={each.signals}
          judged={agent.pool}
          {...(each.isAgainstPeers ? { peers: agent.pool } : {})}
          marks={marksOf(each.signals)}
        />
      ))}
    </div>
  );
}
