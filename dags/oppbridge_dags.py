"""Every DAG of one configuration: where Airflow looks for DAGs, with $OPPBRIDGE_CONFIG set."""

from oppbridge.airflow import dags  # airflow reads files that name a dag

globals().update(dags())
