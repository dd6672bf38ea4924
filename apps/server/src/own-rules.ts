/**
 * The rules by which JAEGIS watches itself, on its own metrics: always on, unless `evaluation.own_rules` is false. A
 * Prometheus rule file like any other; docs/reference/own-rules.md is made from it. None fires in its first minutes: what
 * lasts is worth a word, a hiccup is not.
 */
export const ownRulesName = 'jaegis';

export const ownRules = `groups:
  - name: jaegis
    interval: 15s
    rules:
      - alert: JaegisStorageFails
        expr: jaegis_store_failing{job="jaegis"} == 1
        for: 1m
        labels: { severity: critical, pool: jaegis }
        annotations:
          summary: "The disk does not take what is sent"
          description: "Samples are refused with 503 because the log cannot be written. Senders keep and repeat them for a while: free some space, or look at the log of JAEGIS for the error. For a Prometheus outside: JAEGIS itself says so without a rule, for its own metrics are not kept then either."
      - alert: JaegisOverloaded
        expr: sum(rate(jaegis_ingest_rejected_total{job="jaegis", reason=~"queue_full|rate_limited"}[5m])) > 0
        for: 5m
        labels: { severity: warning, pool: jaegis }
        annotations:
          summary: "More telemetry comes in than can be taken"
          description: "{{ $value | humanize }} samples or requests/s are turned away with 429. Send less often, raise the limits, or give JAEGIS a faster disk."
      - alert: JaegisSeriesLimit
        expr: jaegis_store_series{job="jaegis"} / jaegis_store_series_limit > 0.9
        for: 5m
        labels: { severity: warning, pool: jaegis }
        annotations:
          summary: "Series fill {{ $value | humanizePercentage }} of their limit"
          description: "At the limit new series are refused. Find who has most: topk(5, count by (pool) ({__name__=~\\".+\\"})); raise series_limit if they are wanted."
      - alert: JaegisTableFull
        expr: sum by (where) (increase(jaegis_dropped_total{job="jaegis"}[10m])) > 0
        for: 5m
        labels: { severity: warning, pool: jaegis }
        annotations:
          summary: "A table is full: {{ $labels.where }}"
          description: "{{ $value | humanize }} entries found no room in the last 10 minutes and were left out."
      - alert: JaegisLoopFails
        expr: sum by (loop) (increase(jaegis_loop_failures_total{job="jaegis"}[10m])) > 0
        for: 1m
        labels: { severity: critical, pool: jaegis }
        annotations:
          summary: "The {{ $labels.loop }} loop fails"
          description: "It threw {{ $value | humanize }} times in 10 minutes and is run again after a rest. Its log line says BUG: please report it."
      - alert: JaegisLoopSlow
        expr: max by (loop) (avg_over_time(jaegis_loop_duration_seconds{job="jaegis"}[5m])) > 2
        for: 5m
        labels: { severity: warning, pool: jaegis }
        annotations:
          summary: "The {{ $labels.loop }} loop takes {{ $value | humanizeDuration }}"
          description: "Decisions and alerts come late. Fewer series or agents, or more CPU, would help."
      - alert: JaegisRulesFail
        expr: sum by (rule_group) (increase(jaegis_rule_failures_total{job="jaegis"}[5m])) > 0
        for: 5m
        labels: { severity: warning, pool: jaegis }
        annotations:
          summary: "Rules of the group {{ $labels.rule_group }} fail"
          description: "What fails cannot alarm: /api/v1/rules says which and why."
      - alert: JaegisRulesLate
        # Those of the last minutes too: a machine that stood still once leaves out many at once, and none after that.
        expr: >-
          sum by (rule_group) (increase(jaegis_rule_group_missed_total{job="jaegis"}[10m])) > 2
          and sum by (rule_group) (increase(jaegis_rule_group_missed_total{job="jaegis"}[4m])) > 0
        for: 5m
        labels: { severity: warning, pool: jaegis }
        annotations:
          summary: "Rules of the group {{ $labels.rule_group }} miss their time"
          description: "{{ $value | humanize }} evaluations were left out in 10 minutes: the group takes longer than its interval."
      - alert: JaegisNotificationsFail
        expr: sum by (receiver) (increase(jaegis_receiver_failures_total{job="jaegis"}[10m])) > 0
        labels: { severity: critical, pool: jaegis }
        annotations:
          summary: "Notifications to {{ $labels.receiver }} fail"
          description: "{{ $value | humanize }} were given up in the last 10 minutes: people were not told."
      - alert: JaegisRemoteWriteBehind
        expr: max by (remote) (jaegis_remote_write_lag_seconds{job="jaegis"}) > 300
        for: 5m
        labels: { severity: warning, pool: jaegis }
        annotations:
          summary: "{{ $labels.remote }} is {{ $value | humanizeDuration }} behind"
          description: "What it has not taken waits on disk until remote_write_spool_bytes is full."
      - alert: JaegisRemoteWriteDrops
        expr: sum by (remote, reason) (increase(jaegis_remote_write_dropped_samples_total{job="jaegis"}[10m])) > 0
        for: 1m
        labels: { severity: critical, pool: jaegis }
        annotations:
          summary: "Samples for {{ $labels.remote }} are dropped: {{ $labels.reason }}"
          description: "{{ $value | humanize }} samples of the last 10 minutes will not arrive there. JAEGIS itself has them."
      - alert: JaegisQueryStoreAway
        expr: jaegis_query_store_up{job="jaegis"} == 0
        for: 2m
        labels: { severity: warning, pool: jaegis }
        annotations:
          summary: "The store that answers queries is away"
          description: "Answers come from what JAEGIS keeps itself; older history is missing until it is back."
`;
