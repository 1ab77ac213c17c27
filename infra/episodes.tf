# What the function remembers: one exposure of one bucket from opened to closed.
resource "aws_dynamodb_table" "episodes" {
  #checkov:skip=CKV_AWS_119:it is encrypted by the key that AWS manages; one of ours, disabled, would end what the function remembers

  name         = "${var.name}-episodes"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "bucket"
  range_key    = "record"

  attribute {
    name = "bucket"
    type = "S"
  }

  attribute {
    name = "record"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}
