import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A link to an agent's page. */
export function AgentLink({ id, children, isRow = false }: { id: string; children?: ReactNode; isRow?: boolean }) {
  return (
    <Link to="/agents/$" params={{ _splat: id }} className="name-link" {...(isRow ? { 'data-row': '' } : {})}>
      {children ?? id}
    </Link>
  );
}

export function PoolLink({ name, children, isRow = false }: { name: string; children?: ReactNode; isRow?: boolean }) {
  return (
    <Link to="/pools/$" params={{ _splat: name }} className="name-link" {...(isRow ? { 'data-row': '' } : {})}>
      {children ?? name}
    </Link>
  );
}

export function DecisionLink({ id, children, isRow = false }: { id: string; children: ReactNode; isRow?: boolean }) {
  return (
    <Link to="/decisions/$" params={{ _splat: id }} className="name-link" {...(isRow ? { 'data-row': '' } : {})}>
      {children}
    </Link>
  );
}

export function IncidentLink({ id, children, isRow = false }: { id: string; children: ReactNode; isRow?: boolean }) {
  return (
    <Link to="/incidents/$" params={{ _splat: id }} className="name-link" {...(isRow ? { 'data-row': '' } : {})}>
      {children}
    </Link>
  );
}
